#!/usr/bin/env python3
"""sagas.py ROOT: docs/sagas was made from the process managers as they are now, and its list leads to every page.

The content is compared by a test, which runs `comptoir sagas`: that takes a build.
"""

import os
import re
import sys

import tree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "sagas"))
import sources  # noqa: E402  (its folder is on the path only now)

FOLDER = "docs/sagas"
INDEX = f"{FOLDER}/README.md"


def main(root):
    if not os.path.isfile(os.path.join(root, INDEX)):
        tree.finish([f"{INDEX} is missing: run scripts/saga-docs"])
    index = tree.text(root, INDEX)
    findings = []
    made = re.search(r"<!-- made from (\w+) -->", index)
    if made is None or made.group(1) != sources.fingerprint(root):
        findings.append(f"{FOLDER} is not of today's process managers: run scripts/saga-docs")
    listed = set(re.findall(r"\]\((\w[\w-]*\.md)\)", index))
    there = {name for name in os.listdir(os.path.join(root, FOLDER)) if name.endswith(".md")} - {"README.md"}
    findings += [f"{FOLDER}/{name} is not in the list: run scripts/saga-docs" for name in sorted(there - listed)]
    findings += [f"{FOLDER}/{name} is in the list and not there: run scripts/saga-docs" for name in sorted(listed - there)]
    tree.finish(findings)


main(sys.argv[1])
