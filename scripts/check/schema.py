#!/usr/bin/env python3
"""schema.py ROOT: docs/schema.md was made from the migrations as they are now. Its first line says from which.

The content is compared by `scripts/schema-docs verify`, which `make test` runs: that takes a server.
"""

import os
import sys

import tree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "schema"))
import document  # noqa: E402  (its folder is on the path only now)

PAGE = "docs/schema.md"


def main(root):
    text = tree.text(root, PAGE) if os.path.isfile(os.path.join(root, PAGE)) else ""
    is_of_today = text.split("\n", 1)[0] == document.first_line(root)
    tree.finish([] if is_of_today else [f"{PAGE}:1 is not of today's schema/: run scripts/schema-docs"])


main(sys.argv[1])
