# Ports: which are taken, and a free one. Read from /proc, so that no tool has to be installed.
# Sourced after common.sh.

# port_taken PORT: whether anything listens on it, on any address, IPv4 or IPv6 (state 0A is LISTEN).
port_taken() {
  local hex
  hex=$(printf ':%04X' "$1")
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null |
    awk -v port="$hex" '$4 == "0A" && substr($2, length($2) - 4) == port { found = 1 } END { exit !found }'
}

# free_port: a random port nobody listens on, below the range the kernel gives to outgoing connections.
free_port() {
  local port
  while :; do
    port=$((15000 + (RANDOM * 32768 + RANDOM) % 15000))
    port_taken "$port" || break
  done
  printf '%s' "$port"
}

# save_port NAME PORT and port_of NAME: the ports in use by this folder, one small file each.
save_port() {
  mkdir -p "$RUN/ports"
  printf '%s\n' "$2" >"$RUN/ports/$1"
}
port_of() { cat "$RUN/ports/$1" 2>/dev/null; }

# forget_ports: of what does not run, so that the next start takes the usual ones again. Needs process.sh.
forget_ports() {
  local file
  for file in "$RUN"/ports/*; do
    [ ! -f "$file" ] || is_running "${file##*/}" || rm -f "$file"
  done
}

# choose_port NAME USUAL: the port NAME had last, since after a crash its clients expect it there; else the usual one when
# usual ports are wanted (COMPTOIR_USUAL_PORTS, default 1); else any. Never one that somebody listens on.
choose_port() {
  local port
  if port=$(port_of "$1") && ! port_taken "$port"; then
    printf '%s' "$port"
  elif [ "${COMPTOIR_USUAL_PORTS:-1}" = 1 ] && ! port_taken "$2"; then
    printf '%s' "$2"
  else
    free_port
  fi
}
