# Long steps that must end when we are told to. Bash handles a signal only after its foreground command; so a step runs
# in a session of its own in the background, and INT, TERM or HUP is passed on to all of it: once politely, then by force,
# at the second signal or when patience is at an end (20 seconds for compilers and tests, which get INT; 90 for programs
# with something to bring to an end, which get TERM).
# Sourced after common.sh; the caller calls `heed_signals` first and ends by itself when `told_to_stop`.

ATTENDED=""
ATTENDED_SIGNAL=INT
SIGNALS=0

heed_signals() { trap on_signal INT TERM HUP; }

told_to_stop() { [ "$SIGNALS" -gt 0 ]; }

on_signal() {
  SIGNALS=$((SIGNALS + 1))
  [ -n "$ATTENDED" ] || exit 130
  if [ "$SIGNALS" -eq 1 ]; then
    kill -s "$ATTENDED_SIGNAL" -- "-$ATTENDED" 2>/dev/null || true
  else
    kill -s KILL -- "-$ATTENDED" 2>/dev/null || true
  fi
}

# attend SIGNAL COMMAND…: runs COMMAND, returns its status; SIGNAL is what asks it to end. What it left behind in its
# process group is killed.
attend() {
  local status
  ATTENDED_SIGNAL=$1
  shift
  setsid "$@" &
  ATTENDED=$!
  attended_started
  while :; do
    status=0
    wait "$ATTENDED" || status=$?
    kill -s 0 "$ATTENDED" 2>/dev/null || break
    # A signal ended `wait` early; the step is still there. The next `wait` has its status, however it ends.
    outlast "$([ "$ATTENDED_SIGNAL" = INT ] && echo 100 || echo 450)" || kill -s KILL -- "-$ATTENDED" 2>/dev/null || true
  done
  kill -s KILL -- "-$ATTENDED" 2>/dev/null || true
  ATTENDED=""
  attended_started() { :; }
  return "$status"
}

# outlast FIFTHS: whether the step ends within so many fifths of a second.
outlast() {
  local left=$1
  while kill -s 0 "$ATTENDED" 2>/dev/null; do
    [ "$left" -gt 0 ] || return 1
    left=$((left - 1))
    sleep 0.2
  done
}

# Redefined for one call by who wants the pid in ATTENDED as soon as the step runs.
attended_started() { :; }
