# The `comptoir` program: building it, and whether it answers. Sourced after common, process, ports and attend.

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

# stopped_servers: those of the three that do not run yet, so that only these are stopped at the end.
stopped_servers() {
  local name
  for name in postgres rabbitmq redis; do is_running "$name" || printf '%s ' "$name"; done
}
