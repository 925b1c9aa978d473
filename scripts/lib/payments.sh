# The payment sandbox: `comptoir payment-sandbox`, a process of its own beside comptoir, on loopback. What it did stands in
# .run/payments/journal. Sourced after the other libraries.
#
# PAYMENT_URL in the environment names a provider of one's own: then none is started (see env.sh).

# payments_start: with the program that BIN names, unless it runs or another provider is given; then .run/env names it. .run/env is loaded.
payments_start() {
  local port
  if is_running payments || payments_given; then return 0; fi
  port=$(choose_port payments 8110)
  save_port payments "$port"
  secret payments >/dev/null
  secret payment-webhook >/dev/null
  # A group of its own, so that Ctrl-C reaches comptoir alone: it drains, and asks the provider until the end.
  (
    export PAYMENT_SANDBOX_HOST=127.0.0.1 PAYMENT_SANDBOX_PORT=$port PAYMENT_SANDBOX_JOURNAL=$RUN/payments/journal
    export PAYMENT_CALLBACK_URL=$COMPTOIR_URL/api/v1/orders/payments/callback
    export PAYMENT_SECRET COMPTOIR_PAYMENT_WEBHOOK_SECRET
    PAYMENT_SECRET=$(secret payments)
    COMPTOIR_PAYMENT_WEBHOOK_SECRET=$(payment_webhook_secret)
    exec setsid "$BIN" payment-sandbox
  ) </dev/null >>"$RUN/log/payments.log" 2>&1 &
  record payments $!
  wait_ready payments 30 curl -sf -o /dev/null --max-time 2 "http://127.0.0.1:$port/health" ||
    { payments_stop; die "the payment sandbox did not start; see $RUN/log/payments.log"; }
  write_env
}

payments_stop() { stop_process payments TERM 10; }

# payments_forget: what the sandbox did belongs to the orders of one log; to another log it is of no use.
payments_forget() { rm -rf "$RUN/payments"; }
