#!/usr/bin/env python3
"""Runs the rivals one after the other and prints their lines: run.py [NAME…]; without a name, all of them.

Makes .run/bench-venv on first use and runs every script with its Python; names what Debian packages are missing, and does not install them.
A rival that fails is told on standard error, the others still run; exit status 1 then.
"""

import hashlib
import os
import signal
import subprocess
import sys
import venv

# As in common.py: what blocks signals above must not block them here and below.
signal.pthread_sigmask(signal.SIG_SETMASK, set())

HERE = os.path.dirname(os.path.abspath(__file__))
VENV = os.environ.get("BENCH_VENV") or os.path.join(os.path.dirname(os.path.dirname(HERE)), ".run", "bench-venv")
RIVALS = {
    "pgbench.one": ("pgbench_append.py", "one"),
    "pgbench.hundred": ("pgbench_append.py", "hundred"),
    "pgbench.generated": ("pgbench_append.py", "generated"),
    "message_db.write": ("message_db.py",),
    "eventsourcing.single": ("eventsourcing_store.py", "single"),
    "eventsourcing.batch": ("eventsourcing_store.py", "batch"),
    "eventsourcing.read": ("eventsourcing_store.py", "read"),
    "copy.binary": ("copy_out.py",),
    "fastapi.order": ("http_fastapi.py", "order"),
    "fastapi.list": ("http_fastapi.py", "list"),
    "php.order": ("http_php.py", "order"),
    "php.list": ("http_php.py", "list"),
}


def python():
    """The Python of the virtual environment, made anew when the requirements have changed."""
    requirements, mark = os.path.join(HERE, "requirements.txt"), os.path.join(VENV, "requirements.sha256")
    with open(requirements, "rb") as file:
        wanted = hashlib.sha256(file.read()).hexdigest()
    binary = os.path.join(VENV, "bin", "python")
    try:
        with open(mark) as file:
            if file.read() == wanted and os.path.exists(binary):
                return binary
    except OSError:
        pass
    print(f"rivals: installing the Python rivals into {VENV} (half a minute)", file=sys.stderr)
    venv.create(VENV, with_pip=True, clear=True)
    subprocess.run([binary, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements],
                   check=True, stdout=sys.stderr)
    with open(mark, "w") as file:
        file.write(wanted)
    return binary


def missing_packages():
    with open(os.path.join(HERE, "debian-packages.txt")) as file:
        names = file.read().split()
    try:
        return [name for name in names if subprocess.run(["dpkg", "-s", name], capture_output=True).returncode]
    except FileNotFoundError:
        return []  # no Debian: each script says itself what it lacks


def finished(command):
    """Runs one script; its exit status. When this run is broken off the script gets the time to drop its database and end its servers."""
    process = subprocess.Popen(command)
    try:
        return process.wait()
    except BaseException:
        process.terminate()
        process.wait(30)
        raise


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    names = sys.argv[1:] or list(RIVALS)
    unknown = [name for name in names if name not in RIVALS]
    if unknown:
        sys.exit(f"rivals: unknown: {', '.join(unknown)}; known: {', '.join(RIVALS)}")
    lacking = missing_packages()
    if lacking:
        print(f"rivals: not installed: {' '.join(lacking)}", file=sys.stderr)
    interpreter, failed = python(), []
    for name in names:
        print(f"rivals: {name}", file=sys.stderr, flush=True)
        script, *arguments = RIVALS[name]
        if finished([interpreter, os.path.join(HERE, script), *arguments]):
            failed.append(name)
    if failed:
        sys.exit(f"rivals: failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
