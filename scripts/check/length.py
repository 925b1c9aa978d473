#!/usr/bin/env python3
"""length.py ROOT: source files over 500 lines. Past about 400, look for the second idea inside."""

import sys

import tree

LIMIT = 500
ENDINGS = (".swift", ".sql", ".sh", ".py", ".h")


def main(root):
    exceptions = tree.allowed("length")
    findings = []
    for path in tree.files(root):
        script = path.startswith("scripts/") and "." not in path.rsplit("/", 1)[1]
        if path in exceptions or not (script or path.endswith(ENDINGS)):
            continue
        lines = len((tree.text(root, path) or "").splitlines())
        if lines > LIMIT:
            findings.append(f"{path}: {lines} lines, more than {LIMIT}")
    tree.finish(findings)


main(sys.argv[1])
