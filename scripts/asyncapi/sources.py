#!/usr/bin/env python3
"""Prints a fingerprint of what docs/asyncapi.json is made from, so that `make check` knows without a build whether it is of today.

Usage: sources.py [ROOT]

What counts are the lines that declare something: fields that are written and read, names of enumerations, events and messages, and what
process managers act on. `make test` compares the document itself.
"""

import hashlib
import os
import re
import sys

FOLDERS = ["Sources/Aggregates", "Sources/ProcessManagers"]
FILES = ["Sources/Messaging/AsyncAPIDocument.swift", "Sources/Messaging/Consumers.swift", "Sources/Messaging/Envelope.swift"]
DECLARATION = re.compile(
    r"\bjson\.|\bMessage(?:Translation|Name)\(|\bEventType\(|Names\(|^case [^.:]+$|\.type\b|\.on\(|let (?:name|service)\b"
)


def swift_files(root):
    found = [os.path.relpath(os.path.join(folder, name), root).replace(os.sep, "/")
             for part in FOLDERS for folder, _, names in os.walk(os.path.join(root, part)) for name in names if name.endswith(".swift")]
    return sorted(found)


def fingerprint(root):
    total = hashlib.sha256()
    for path in swift_files(root):
        with open(os.path.join(root, path), encoding="utf-8") as file:
            for line in file:
                code = line.split("//", 1)[0].strip()
                if DECLARATION.search(code):
                    total.update(code.encode() + b"\n")
    for path in FILES:
        try:
            with open(os.path.join(root, path), "rb") as file:
                total.update(file.read())
        except FileNotFoundError:
            continue
    return total.hexdigest()


if __name__ == "__main__":
    print(fingerprint(sys.argv[1] if len(sys.argv) > 1 else "."))
