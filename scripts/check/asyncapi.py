#!/usr/bin/env python3
"""asyncapi.py ROOT: docs/asyncapi.json was made from the declarations as they are now, and breaks no consumer that was written for the last
release, whose document is docs/asyncapi-released.json.

The content is compared by a test, which runs `comptoir asyncapi`: that takes a build.
"""

import json
import os
import sys

import tree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "asyncapi"))
import compatibility  # noqa: E402  (its folder is on the path only now)
import sources  # noqa: E402

PAGE = "docs/asyncapi.json"
RELEASED = "docs/asyncapi-released.json"


def read(root, page):
    path = os.path.join(root, page)
    return json.loads(tree.text(root, page)) if os.path.isfile(path) else None


def main(root):
    today, released = read(root, PAGE), read(root, RELEASED)
    if today is None:
        tree.finish([f"{PAGE} is missing: run scripts/asyncapi-docs"])
    findings = []
    if today["info"].get("x-made-from") != sources.fingerprint(root):
        findings.append(f"{PAGE} is not of today's declarations: run scripts/asyncapi-docs")
    accepted = tree.allowed("asyncapi")
    for message, field, reason in compatibility.breaks(released, today) if released else ():
        place = f"{message}:{field}" if field else message
        if place.replace(" ", "_") not in accepted:
            findings.append(f"{PAGE}: {place}: {reason}")
    tree.finish(findings)


main(sys.argv[1])
