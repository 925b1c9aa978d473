"""The files a check looks at: those git tracks below a folder, or all of them where git knows none (a fixture copied out)."""

import os
import subprocess
import sys

FIXTURES = os.path.join("scripts", "check", "fixtures")


def files(root):
    """Relative paths below root, sorted. The fixtures are wrong on purpose, so only a run on a fixture itself sees them."""
    listed = subprocess.run(
        ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"], capture_output=True
    ).stdout.decode()
    paths = [path for path in listed.split("\0") if path and os.path.isfile(os.path.join(root, path))]
    if not paths:
        paths = [
            os.path.relpath(os.path.join(folder, name), root) for folder, _, names in os.walk(root) for name in names
        ]
    return sorted(path for path in paths if not path.startswith(FIXTURES) and path != "expected.txt")


def text(root, path):
    """The file's text, or None when it is not UTF-8 text (an image)."""
    try:
        with open(os.path.join(root, path), encoding="utf-8") as file:
            return file.read()
    except UnicodeDecodeError:
        return None


def allowed(name):
    """Lines of scripts/check/<name>.allow: the first word is a path, the rest the reason, which must be given."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name + ".allow")
    with open(path, encoding="utf-8") as file:
        lines = [line.split(None, 1) for line in file if line.strip() and not line.startswith("#")]
    return {words[0]: words[1].strip() for words in lines if len(words) == 2}


def finish(findings):
    """Prints what was found and ends with 1 when that is something."""
    for line in findings:
        print(line)
    sys.exit(1 if findings else 0)
