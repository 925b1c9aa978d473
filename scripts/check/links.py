#!/usr/bin/env python3
"""links.py ROOT: every relative link of a Markdown file leads to a file that exists, and its anchor to a heading."""

import os
import re
import sys

import tree

LINK = re.compile(r"!?\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
CODE = re.compile(r"^(```|~~~)[\s\S]*?^\1|`[^`\n]*`", re.M)


def anchors(markdown):
    """The anchors a forge makes of headings: lower case, punctuation dropped, blanks to hyphens."""
    found = set()
    for heading in re.findall(r"^#{1,6}\s+(.+?)\s*#*$", re.sub(r"^```[\s\S]*?^```", "", markdown, flags=re.M), re.M):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        anchor = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        number = 0
        while (candidate := anchor + (f"-{number}" if number else "")) in found:
            number += 1
        found.add(candidate)
    return found


def main(root):
    findings = []
    for path in tree.files(root):
        if not path.endswith(".md") or ".docc/" in path:
            continue
        for target in LINK.findall(CODE.sub(" ", tree.text(root, path))):
            if re.match(r"[a-z][a-z0-9+.-]*:", target):
                continue
            name, _, anchor = target.partition("#")
            goal = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path
            if not os.path.exists(os.path.join(root, goal)):
                findings.append(f"{path}: {target} leads nowhere")
            elif anchor and goal.endswith(".md") and anchor not in anchors(tree.text(root, goal)):
                findings.append(f"{path}: {target} names no heading")
    tree.finish(findings)


main(sys.argv[1])
