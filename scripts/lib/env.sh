# .run/env: every address and password as KEY=VALUE, for comptoir, for tests and for whoever looks in with psql.
# Sourced after the other libraries.

READ_DATABASES="auth_service_db addresses_service products_service_db baskets_service_db orders_service_db
  deliveries_service_db newsletters_service_db sav_service_db contacts_service_db websites_service_db
  questions_service_db messages_broker"

# The object storage: OBJECT_STORAGE_URL, _ACCESS_KEY and _SECRET_KEY in the environment name one of somebody else's, which
# is used as it is; otherwise it is our SeaweedFS. Ours is known by its access key, since an environment that was filled from
# .run/env names ours, perhaps on a port it had before.
object_storage_key() { printf 'comptoir-%s' "$(run_id)"; }
object_storage_given() { [ -n "${OBJECT_STORAGE_URL:-}" ] && [ "${OBJECT_STORAGE_ACCESS_KEY:-}" != "$(object_storage_key)" ]; }

# object_storage_lines: nothing when there is none.
object_storage_lines() {
  local port name
  if object_storage_given; then
    for name in URL PUBLIC_URL ACCESS_KEY SECRET_KEY REGION ADDRESSING; do
      name=OBJECT_STORAGE_$name
      [ -z "${!name:-}" ] || printf '%s=%s\n' "$name" "${!name}"
    done
  elif is_running seaweedfs && port=$(port_of seaweedfs); then
    printf 'OBJECT_STORAGE_URL=http://127.0.0.1:%s\nOBJECT_STORAGE_ACCESS_KEY=%s\nOBJECT_STORAGE_SECRET_KEY=%s\n' \
      "$port" "$(object_storage_key)" "$(secret seaweedfs)"
  fi
}

# The mail server: SMTP_URL in the environment names one of somebody else's; ours is known by its user.
smtp_given() { case ${SMTP_URL:-} in '' | smtp://comptoir-"$(run_id)":*) return 1 ;; esac; }

smtp_lines() {
  local name
  if smtp_given; then
    for name in SMTP_URL SMTP_CA_FILE; do
      [ -z "${!name:-}" ] || printf '%s=%q\n' "$name" "${!name}"
    done
  elif is_running smtp; then
    printf 'SMTP_URL=smtp://comptoir-%s:%s@127.0.0.1:%s\nSMTP_CA_FILE=%q\n' "$(run_id)" "$(secret smtp)" "$(port_of smtp)" "$RUN/smtp.pem"
  fi
}

# The payment provider: PAYMENT_URL in the environment names one of somebody else's; ours is known by its secret, since an environment that
# was filled from .run/env names ours.
payments_given() { [ -n "${PAYMENT_URL:-}" ] && [ "${PAYMENT_SECRET:-}" != "$(cat "$RUN/secrets/payments" 2>/dev/null || true)" ]; }

# payment_webhook_secret: Base64 has the letters of hexadecimal, too.
payment_webhook_secret() { printf 'whsec_%s' "$(secret payment-webhook)"; }

# payments_lines: nothing unless the sandbox runs: without PAYMENT_URL comptoir has one in itself.
payments_lines() {
  local name
  if payments_given; then
    for name in PAYMENT_URL PAYMENT_SECRET COMPTOIR_PAYMENT_WEBHOOK_SECRET; do
      [ -z "${!name:-}" ] || printf '%s=%q\n' "$name" "${!name}"
    done
  elif is_running payments; then
    printf 'PAYMENT_URL=http://127.0.0.1:%s\nPAYMENT_SECRET=%s\n' "$(port_of payments)" "$(secret payments)"
    printf 'COMPTOIR_PAYMENT_WEBHOOK_SECRET=%s\n' "$(payment_webhook_secret)"
  fi
}

# servers_of_ours: the names of those that this checkout runs itself.
servers_of_ours() {
  printf 'postgres rabbitmq redis'
  object_storage_given || printf ' seaweedfs'
  smtp_given || printf ' smtp'
}

upper() { tr '[:lower:]' '[:upper:]' <<<"$1"; }

# database_lines: "KEY role database" for every connection string that is written.
database_lines() {
  local database
  printf '%s\n' 'EVENT_STORE_URL event_store_app event_store' 'SUBJECT_KEYS_URL subject_keys_app subject_keys'
  for database in $READ_DATABASES; do
    printf '%s_URL %s_reader %s\n' "$(upper "$database")" "$database" "$database"
  done
}

# write_env: called with all servers' ports saved. The file is replaced in one step.
write_env() {
  local server port lines key role database password
  server=127.0.0.1:$(port_of postgres)
  port=$(port_of comptoir || choose_port comptoir "${COMPTOIR_PORT:-8100}")
  save_port comptoir "$port"
  lines=$(database_lines)
  {
    printf 'COMPTOIR_URL=http://127.0.0.1:%s\nCOMPTOIR_PORT=%s\n' "$port" "$port"
    # The two lists have the same order; the third holds "role password".
    # shellcheck disable=SC2046  # a list of role names
    paste -d ' ' <(printf '%s\n' "$lines") <(role_passwords $(awk '{ print $2 }' <<<"$lines")) |
      while read -r key role database _ password; do
        printf '%s=postgres://%s:%s@%s/%s\n' "$key" "$role" "$password" "$server" "$database"
      done
    printf 'COMPTOIR_POSTGRES_ADMIN_URL=postgres://postgres:%s@%s/postgres\n' "$(secret postgres)" "$server"
    printf 'COMPTOIR_ROLE_PASSWORD_SEED=%s\n' "$(secret roles)"
    printf 'COMPTOIR_SECRET=%s\n' "$(secret comptoir)"
    printf 'RABBITMQ_URL=amqp://comptoir:%s@127.0.0.1:%s/comptoir\n' "$(secret rabbitmq)" "$(port_of rabbitmq)"
    ! port_of rabbitmq_tls >/dev/null || printf 'RABBITMQ_TLS_URL=amqps://comptoir:%s@localhost:%s/comptoir?cacertfile=%q\n' "$(secret rabbitmq)" "$(port_of rabbitmq_tls)" "$RUN/rabbitmq.pem"
    printf 'REDIS_URL=redis://default:%s@127.0.0.1:%s/0\n' "$(secret redis)" "$(port_of redis)"
    object_storage_lines
    smtp_lines
    payments_lines
    printf 'ADMIN_EMAIL=admin@comptoir.example\nADMIN_PASSWORD=%s\n' "$(secret admin)"
  } >"$RUN/env.tmp"
  mv "$RUN/env.tmp" "$RUN/env"
}

# load_env: exports everything of .run/env.
load_env() {
  [ -f "$RUN/env" ] || die "$RUN/env is not there: start the servers first (scripts/servers start)"
  set -a
  # shellcheck source=/dev/null
  . "$RUN/env"
  set +a
}
