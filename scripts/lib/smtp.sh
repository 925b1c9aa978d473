# The private mail server: aiosmtpd on loopback. It delivers nothing: each mail is written to .run/mail. Sourced after the other libraries.
#
# SMTP_URL in the environment names a mail server of one's own: then none is started (see env.sh).

# Debian's user for mail.
SMTP_USER=mail

# smtp_answers PORT: whether the greeting comes.
smtp_answers() {
  local greeting=
  exec 8<>"/dev/tcp/127.0.0.1/$1" || return 1
  read -r -t 2 greeting <&8 || true
  exec 8>&-
  [ "${greeting%% *}" = 220 ]
}

smtp_start() {
  local home folder port id
  is_running smtp && return 0
  # The system's own Python, for which Debian's package is.
  /usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null || die "python3-aiosmtpd is not installed; scripts/install does that"
  home=$(data_folder smtp "$SMTP_USER")
  folder=$(data_folder mail "$SMTP_USER")
  id=$(run_id)
  port=$(choose_port smtp 1025)
  save_port smtp "$port"
  cp scripts/smtp/server.py "$home/server.py"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj /CN=comptoir \
    -addext subjectAltName=IP:127.0.0.1,DNS:localhost -keyout "$home/key.pem" -out "$home/certificate.pem" 2>>"$RUN/log/smtp.log" ||
    die "openssl could not make a certificate"
  # Whom the program trusts, where it can read it.
  cp "$home/certificate.pem" "$RUN/smtp.pem"
  if am_root; then chown "$SMTP_USER:" "$home"/*; fi
  # The password goes over a pipe: it is on no command line.
  (cd "$home" && as_user "$SMTP_USER" env -i PATH=/usr/bin:/bin LANG=C.UTF-8 setsid /usr/bin/python3 -B server.py \
    "$port" "$folder" certificate.pem key.pem "comptoir-$id") < <(secret smtp) >>"$RUN/log/smtp.log" 2>&1 9>&- &
  record smtp $!
  (wait_ready smtp 30 smtp_answers "$port") 2>/dev/null ||
    { stop_process smtp TERM 5; die "the mail server did not start; see $RUN/log/smtp.log"; }
}

smtp_stop() { stop_process smtp TERM 10; }
