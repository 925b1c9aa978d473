# What every script shares: where the checkout is, how to speak, how to fail with one line.
# Sourced, never run. The caller has set `set -euo pipefail`.

# The checkout's folder, whatever the caller's working directory and however the script was named.
ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
cd -- "$ROOT" || exit

# Everything a run makes lives below this folder; `make test` and `make bench` use folders of their own.
RUN=${COMPTOIR_RUN:-.run}
case $RUN in /*) ;; *) RUN=$ROOT/$RUN ;; esac

say() { printf '%s\n' "$*"; }
warn() { printf '%s\n' "$*" >&2; }

# die LINE: one clear line on standard error, exit status 1.
die() {
  warn "comptoir: $*"
  exit 1
}

am_root() { [ "$(id -u)" -eq 0 ]; }

# now: seconds since the epoch; minutes SECONDS: "3:07".
now() { date +%s; }
minutes() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }

# need_swift: the compiler is not a Debian package, so say where it comes from.
need_swift() {
  command -v swift >/dev/null 2>&1 ||
    die "Swift 6.2 or newer is needed and not on the PATH: https://www.swift.org/install/linux"
}
