#!/usr/bin/env python3
"""secrets.py ROOT: nothing that belongs to one machine or to one person in a tracked file: absolute paths of home and work
folders, private keys, tokens, connection strings with a password that is not an obvious placeholder."""

import re
import sys

import tree

PATTERNS = {
    "a machine's path": re.compile(r"(?<![\w.$}])/(?:home|Users|root|work|workspace|mnt|opt)/[A-Za-z0-9_-]+"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "an access token": re.compile(r"\b(?:AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36}|xox[abp]-[A-Za-z0-9-]{20,})"),
    # A password made of a variable, an ellipsis or the word itself is a placeholder.
    "a password in an address": re.compile(
        r"\b(?:postgres(?:ql)?|amqps?|redis|https?)://[^\s:/@'\"]*:"
        r"(?!(?:password|secret|pass|wrong|pw)@)[^\s@/$<>{(\\'\"%…]{6,}@"
    ),
}


def main(root):
    exceptions = tree.allowed("secrets")
    findings = []
    for path in tree.files(root):
        text = tree.text(root, path)
        if text is None or path in exceptions:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            findings += [f"{path}:{number}: {what}" for what, pattern in PATTERNS.items() if pattern.search(line)]
    tree.finish(findings)


main(sys.argv[1])
