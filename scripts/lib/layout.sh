# Folders and users of the servers. Sourced after common.sh.
#
# A plain user runs the servers as himself, data in .run/postgres, .run/rabbitmq, .run/redis and so on.
# Root runs each as the user of its Debian package (SeaweedFS has none and gets one made; the mail server is Debian's mail), since PostgreSQL refuses root and the others need not have it. These
# users must be able to reach their data: where the checkout is in a folder closed to them (/root, a private temporary
# folder), the data lies in /var/lib/comptoir-<id> and .run/<server> is a symbolic link to it; `make clean` removes both.

# run_id: names this folder's Erlang node and its data folder; drawn once, so that a new clone at an old path is new.
run_id() {
  if [ ! -s "$RUN/id" ]; then
    mkdir -p "$RUN"
    od -An -N4 -tx1 /dev/urandom | tr -d ' \n' >"$RUN/id"
  fi
  cat "$RUN/id"
}

# prepare_run: the folders every part relies on. From here on new files are private: logs, passwords, data. 711 lets the servers' users through to their own folder, no further.
prepare_run() {
  umask 077
  mkdir -p "$RUN/log" "$RUN/pids"
  if am_root; then chmod 711 "$RUN"; else chmod 700 "$RUN"; fi
  run_id >/dev/null
}

# as_user USER COMMAND…: for root, replaces the process by COMMAND run as USER (same pid, no shell, no groups but its
# own); for anybody else, just runs it. Call it in a subshell or after `exec`-like use: it does not return.
as_user() {
  local user=$1
  shift
  if am_root; then exec setpriv --reuid "$user" --regid "$user" --init-groups -- "$@"; else exec "$@"; fi
}

# data_folder NAME USER: prints the real path of .run/NAME, making it, owned by USER and closed to others, if needed.
data_folder() {
  local link=$RUN/$1 user=$2 outside
  if [ ! -e "$link" ]; then
    rm -f "$link"
    if am_root && ! (as_user "$user" test -x "$RUN") 2>/dev/null; then
      outside=/var/lib/comptoir-$(run_id)
      mkdir -p "$outside/$1"
      chmod 711 "$outside"
      ln -s "$outside/$1" "$link"
    else
      mkdir "$link"
    fi
    if am_root; then chown "$user:$user" "$link/."; fi
    chmod 700 "$link/."
  fi
  (cd -P -- "$link" && pwd -P)
}

# discard_run: stops what is recorded below $RUN and deletes it with its data, also the part in /var/lib, which is only
# ever named by the id drawn for this folder. Nothing there is no error.
discard_run() {
  local id
  [ -d "$RUN" ] || return 0
  scripts/stop
  id=$(cat "$RUN/id" 2>/dev/null || true)
  if [[ $id =~ ^[0-9a-f]{8}$ ]] && am_root; then rm -rf "/var/lib/comptoir-$id"; fi
  rm -rf "$RUN"
}
