# What tests and benchmarks may leave behind. A test that kills processes can die itself before it has ended the ones it
# started; those carry the marker COMPTOIR_SWEEP in their environment, which nobody else's process does.
# Sourced after common.sh.

mark_processes() { export COMPTOIR_SWEEP="$$-$(now)-$RANDOM"; }

# sweep: kills every process that carries this run's marker, except this script and its parents.
sweep() {
  local marker=$COMPTOIR_SWEEP folder pid
  unset COMPTOIR_SWEEP
  for folder in /proc/[0-9]*; do
    pid=${folder#/proc/}
    [ "$pid" != "$$" ] && [ "$pid" != "$BASHPID" ] || continue
    if tr '\0' '\n' 2>/dev/null <"$folder/environ" | grep -qx "COMPTOIR_SWEEP=$marker"; then
      kill -s KILL "$pid" 2>/dev/null || true
    fi
  done 2>/dev/null
}
