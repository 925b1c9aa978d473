# Processes of ours, by record. A record is a file "pid start-time folder": a pid alone is not enough, because the
# kernel gives it to somebody else once its owner is gone, and a copied checkout carries the files of the original.
# Sourced after common.sh.

PIDS=$RUN/pids

# start_time PID: field 22 of /proc/PID/stat (clock ticks since boot). The command name in field 2 may hold blanks and
# parentheses, so everything up to the last ") " is dropped first. Empty for a process that is gone or a zombie.
start_time() {
  local line
  { line=$(<"/proc/$1/stat"); } 2>/dev/null || return 0
  line=${line##*) }
  # shellcheck disable=SC2086  # the words are what is wanted
  set -- $line
  [ "$1" = Z ] || [ "$1" = X ] || printf '%s' "${20}"
}

# record NAME PID: remember PID as the process NAME of this folder.
record() {
  mkdir -p "$PIDS"
  printf '%s %s %s\n' "$2" "$(start_time "$2")" "$RUN" >"$PIDS/$1.tmp"
  mv "$PIDS/$1.tmp" "$PIDS/$1"
}

# pid_of NAME: prints the pid when the recorded process still runs; otherwise drops the stale record and returns 1.
pid_of() {
  local pid start folder
  [ -f "$PIDS/$1" ] || return 1
  read -r pid start folder <"$PIDS/$1" || true
  if [ -n "$start" ] && [ "$folder" = "$RUN" ] && [ "$(start_time "$pid")" = "$start" ]; then
    printf '%s' "$pid"
    return 0
  fi
  rm -f "$PIDS/$1"
  return 1
}

is_running() { pid_of "$1" >/dev/null; }

# stop_process NAME SIGNAL SECONDS: signals the recorded process, waits, and only then kills it. No record: no-op.
stop_process() {
  local pid
  pid=$(pid_of "$1") || return 0
  kill -s "$2" "$pid" 2>/dev/null || true
  if ! wait_gone "$1" "$3"; then
    warn "$1 (pid $pid) did not stop within $3 s; killing it"
    kill -s KILL "$pid" 2>/dev/null || true
    wait_gone "$1" 10 || warn "$1 (pid $pid) is still there"
  fi
  rm -f "$PIDS/$1"
}

# wait_gone NAME SECONDS
wait_gone() {
  local left=$(($2 * 10))
  while is_running "$1"; do
    [ "$left" -gt 0 ] || return 1
    left=$((left - 1))
    sleep 0.1
  done
}

# wait_ready NAME SECONDS COMMAND…: polls COMMAND until it succeeds; fails at once when the process NAME has ended.
wait_ready() {
  local name=$1 left=$(($2 * 10))
  shift 2
  until "$@" >/dev/null 2>&1; do
    is_running "$name" || return 1
    [ "$left" -gt 0 ] || return 1
    left=$((left - 1))
    sleep 0.1
  done
}
