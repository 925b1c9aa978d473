#!/usr/bin/env python3
"""Prints a fingerprint of what docs/sagas is made from, so that `make check` knows without a build whether it is of today.

Usage: sources.py [ROOT]

What counts are the lines that say what process managers act on and wait for, what messages are called, and all of what makes the pages.
`make test` compares the pages themselves.
"""

import hashlib
import os
import re
import sys

DECLARATIONS = {
    "Sources/ProcessManagers": re.compile(r"\.type\b|\.on\(|\blet (?:name|service)\b|\bSagaTimer\(|\bname: \""),
    "Sources/Aggregates": re.compile(r"\bMessage(?:Translation|Name)\("),
}
WHOLE = re.compile(
    r"^Sources/(?:Messaging/(?:SagaPages|Consumers)\.swift|EventSourcing/StateMachine\.swift|Aggregates/.*Machines?\.swift"
    r"|ProcessManagers/.*Notes\.swift)$"
)


def fingerprint(root):
    found = sorted(
        os.path.relpath(os.path.join(folder, name), root).replace(os.sep, "/")
        for folder, _, names in os.walk(os.path.join(root, "Sources"))
        for name in names
        if name.endswith(".swift")
    )
    total = hashlib.sha256()
    for path in found:
        declaration = next((lines for folder, lines in DECLARATIONS.items() if path.startswith(folder + "/")), None)
        if not WHOLE.match(path) and declaration is None:
            continue
        with open(os.path.join(root, path), encoding="utf-8") as file:
            for line in file:
                code = line.split("//", 1)[0].strip()
                if code and (WHOLE.match(path) or declaration.search(code)):
                    total.update(code.encode() + b"\n")
    return total.hexdigest()


if __name__ == "__main__":
    print(fingerprint(sys.argv[1] if len(sys.argv) > 1 else "."))
