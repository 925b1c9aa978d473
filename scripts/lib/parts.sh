# The parts of the tests, their budgets, and what they reported. Sourced after common and attend.

# Test targets that need no server. Everything else counts as needing servers, so that a new target is never forgotten.
PURE='^(JSONTests|EventSourcingTests|AggregatesTests|ImageResizingTests)\.'
# Suites of races and of kill -9, in any target, are known by the first word of their name.
RACES='^[A-Za-z]+\.`?(Races|Faults)'

# A part is ended when it takes twice the largest budget (in a drill: hours), so that a stuck test cannot hold everything up.
PART_LIMIT=${COMPTOIR_PART_LIMIT:-1800}

PASSED=0
FAILED=0
TIMES=""
# What failed, and where: said at the end, since the thousand lines of those that passed stand between.
FAILURES=""

# timed NAME BUDGET-SECONDS COMMAND…: runs COMMAND and notes its time beside its budget.
timed() {
  local name=$1 budget=$2 begin status=0 spent
  shift 2
  say "== $name (budget $(minutes "$budget"))"
  begin=$(now)
  "$@" || status=$?
  spent=$(($(now) - begin))
  TIMES+=$(printf '%-24s %6s of %5s%s' "$name" "$(minutes $spent)" "$(minutes "$budget")" \
    "$([ $spent -le "$budget" ] || printf '  over budget')")$'\n'
  return "$status"
}

# run_part swift-test-arguments…: one run of Swift Testing; adds to PASSED and FAILED. A part without a test has failed,
# and so has one that ended without its summary (a crash, or its time was up).
run_part() {
  # All at once, hundreds of tests starve each other on two cores, and what waits five seconds for an answer waits in vain.
  local -x SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=16
  local log=$RUN/log/part status=0 total failed
  attend INT bash -c 'set -o pipefail; log=$1; shift; "$@" 2>&1 | tee "$log"' part "$log" \
    timeout --foreground --signal=INT --kill-after=10 "$PART_LIMIT" swift test --skip-build --disable-xctest "$@" || status=$?
  total=$(sed -nE 's/^.*Test run with ([0-9]+) tests?( in [0-9]+ suites?)? (passed|failed) after.*$/\1/p' "$log" | tail -1)
  # A failing test and a failing case of it each have a line; the tests are counted.
  failed=$(grep -E '^[^A-Za-z]*Test .* failed after ' "$log" | grep -vcE '^[^A-Za-z]*Test (run|case) ' || true)
  # What a test expected in vain, or how its time ran out; of a part that crashed, its last words.
  FAILURES+=$(grep -E 'recorded an issue|^[^A-Za-z]*Test .* failed after ' "$log" | grep -vE '^[^A-Za-z]*Test (run|case) ' | head -40 || true)
  [ -n "$total" ] || FAILURES+=$'\n'$(tail -15 "$log")
  FAILURES=${FAILURES%$'\n'}${FAILURES:+$'\n'}
  if [ -z "$total" ]; then
    warn "this part ended without a summary (status $status$([ "$status" -ne 124 ] || printf ', it took longer than %s s' "$PART_LIMIT"))"
    failed=$((failed + 1))
    total=$failed
  elif [ "$total" -eq 0 ]; then
    warn "this part has no test"
    failed=1
    total=1
  elif [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
    failed=1
  fi
  rm -f "$log"
  FAILED=$((FAILED + failed))
  PASSED=$((PASSED + total - failed))
  [ "$failed" -eq 0 ] && [ "$status" -eq 0 ]
}

# report: the times, what failed, then the closing line.
report() {
  printf '\n%s' "$TIMES"
  [ -z "$FAILURES" ] || printf '\n%s\n' "$FAILURES"
  say "$PASSED passed, $FAILED failed"
}
