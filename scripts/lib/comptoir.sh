# The `comptoir` program and what it needs around it: built, servers up, schema migrated; and all of it down again.
# Sourced after common, process, ports, secrets, layout, env, attend and payments.

# build_comptoir: sets BIN to a built release binary. COMPTOIR_BIN names a ready one instead.
build_comptoir() {
  BIN=${COMPTOIR_BIN:-}
  if [ -z "$BIN" ]; then
    need_swift
    BIN=$ROOT/.build/release/comptoir
    [ -x "$BIN" ] || say "Building comptoir; the first build takes about 9 minutes on 2 cores, later ones seconds."
    attend INT swift build -c release --product comptoir || { stop_if_told; die "the build failed"; }
  fi
  [ -x "$BIN" ] || die "there is no program at $BIN"
}

stop_if_told() {
  if told_to_stop; then exit 130; fi
}

# gateway_answers URL: whether anything speaks HTTP there; what it says is not this function's business.
gateway_answers() { curl -s -o /dev/null --max-time 2 "$1/health"; }

# choose_gateway_port: COMPTOIR_PORT or 8100 when free, else another, and says so. Kept in .run/ports for write_env.
choose_gateway_port() {
  local usual=${COMPTOIR_PORT:-8100} port
  case $usual in '' | *[!0-9]*) die "COMPTOIR_PORT must be a number, not '$usual'" ;; esac
  port=$usual
  if port_taken "$port"; then
    port=$(free_port)
    say "Port $usual is taken; the gateway takes $port."
  fi
  save_port comptoir "$port"
}

# stopped_servers: those of ours that do not run yet, so that only these are stopped at the end.
stopped_servers() {
  local name
  for name in $(servers_of_ours); do is_running "$name" || printf '%s ' "$name"; done
}

# servers_up: starts the servers that do not run yet; from here on bring_down runs at the script's end.
servers_up() {
  prepare_run
  OURS=$(stopped_servers)
  trap bring_down EXIT
  [ -z "$OURS" ] || say "Starting $OURS(about 10 s)"
  is_running comptoir || choose_gateway_port
  attend TERM scripts/servers start >/dev/null || { stop_if_told; exit 1; }
  load_env
}

# bring_up: the servers, migrated, and the payment sandbox.
bring_up() {
  servers_up
  attend TERM "$BIN" migrate || { stop_if_told; die "comptoir migrate failed"; }
  if ! is_running payments; then
    PAYMENTS_ARE_OURS=1
    payments_start
  fi
  load_env
  # The superuser's address is for migrate alone.
  unset COMPTOIR_POSTGRES_ADMIN_URL
}

# bring_down: stops what this script started, whichever way it ends; a second signal does not cut this short.
bring_down() {
  local status=$?
  trap '' INT TERM HUP
  if [ "${UP_IN_BACKGROUND:-0}" = 1 ]; then stop_process comptoir TERM 60; fi
  if [ "${PAYMENTS_ARE_OURS:-0}" = 1 ]; then payments_stop; fi
  if [ -n "$OURS" ]; then
    say "Stopping $OURS"
    # shellcheck disable=SC2086  # a list of names
    scripts/servers stop $OURS
  fi
  forget_ports
  exit "$status"
}

# up_in_background: `comptoir up` with its output in .run/log/comptoir.log, unless it runs here already.
up_in_background() {
  if is_running comptoir; then return 0; fi
  setsid "$BIN" up </dev/null >>"$RUN/log/comptoir.log" 2>&1 &
  record comptoir $!
  UP_IN_BACKGROUND=1
  wait_ready comptoir 60 gateway_answers "$COMPTOIR_URL" || die "comptoir up does not answer; see $RUN/log/comptoir.log"
}

# wait_level SECONDS: returns when every read database shows what the log held at the time of the call, as /health tells; says
# how far the slowest one is. Fails when that takes longer, or the gateway no longer answers.
wait_level() {
  local wanted='' position end=$(($(now) + $1)) told=0
  while [ "$(now)" -lt "$end" ]; do
    position=$(curl -s --max-time 10 "$COMPTOIR_URL/health" | jq -r '.checks | [(.[] | select(.name == "event_store").position), ([.[].position | numbers] | min)] | @tsv') ||
      return 1
    [ -n "$wanted" ] || wanted=${position%$'\t'*}
    position=${position#*$'\t'}
    [ "$position" -lt "$wanted" ] || return 0
    if [ $(($(now) - told)) -ge 5 ]; then
      say "Waiting for the read databases: $position of $wanted events"
      told=$(now)
    fi
    sleep 0.5
  done
  return 1
}
