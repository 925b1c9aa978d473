import Postgres

/// Every statement of the event store but the append itself.
enum Statements {
  /// $1 stream text, $2 after version bigint, $3 limit bigint.
  static let readStream = PostgresStatement(
    "read_stream", "select \(EventRows.columns) from event_store.log where stream = $1 and version > $2 order by version limit $3")

  static let takeTurn = PostgresStatement("take_turn", "select event_store.take_turn()")

  /// $1 streams text[], $2 after versions bigint[], $3 limit of each bigint.
  static let readTails = PostgresStatement(
    "read_tails",
    """
    select events.* from unnest($1, $2) as tail (name, after) cross join lateral (
      select \(EventRows.columns) from event_store.log where stream = tail.name and version > tail.after order by version limit $3
    ) events order by events.version
    """)

  /// $1 after position bigint, $2 up to position bigint, $3 limit bigint.
  static let readLog = PostgresStatement(
    "read_log", "select \(EventRows.columns) from event_store.log where position > $1 and position <= $2 order by position limit $3")

  /// As `readLog`; $4 categories text[] or null, $5 types text[] or null.
  static let readLogFiltered = PostgresStatement(
    "read_log_filtered",
    """
    select \(EventRows.columns) from event_store.log where position > $1 and position <= $2
    and ($4::text[] is null or category = any ($4)) and ($5::text[] is null or type = any ($5)) order by position limit $3
    """)

  /// $1 command ids uuid[].
  static let commandTokens = PostgresStatement(
    "command_tokens", "select command_id, token from event_store.log where command_id = any ($1) and command_index = 0")

  static let head = PostgresStatement("head", "select position from event_store.head()")

  /// $1 stream text, $2 fingerprint text.
  static let loadSnapshot = PostgresStatement("load_snapshot", "select version, token, state from event_store.load_snapshot($1, $2)")

  /// $1 stream text, $2 fingerprint text, $3 version bigint, $4 token uuid, $5 state bytea.
  static let saveSnapshot = PostgresStatement("save_snapshot", "select event_store.save_snapshot($1, $2, $3, $4, $5)")

  /// $1 key text.
  static let claimOwner = PostgresStatement("claim_owner", "select event_store.claim_owner($1)")

  /// $1 kind text, $2 count integer.
  static let nextIDs = PostgresStatement("next_ids", "select event_store.next_ids($1, $2)")

  /// $1 limit integer.
  static let dueTimers = PostgresStatement("due_timers", "select name, due_at, payload, position from event_store.due_timers($1)")

  /// $1 first position bigint, $2 last position bigint.
  static let verify = PostgresStatement("verify", "select kind, position from event_store.verify($1, $2)")

  /// $1 lease text, $2 holder text, $3 lifetime in microseconds bigint.
  static let acquireLease = PostgresStatement(
    "acquire_lease", "select event_store.acquire_lease($1, $2, $3::bigint * interval '1 microsecond')")

  /// $1 lease text, $2 holder text.
  static let releaseLease = PostgresStatement("release_lease", "select event_store.release_lease($1, $2)")

  /// $1 name text, $2 epoch bigint.
  static let openSubscription = PostgresStatement("open_subscription", "select event_store.open_subscription($1, $2)")

  /// $1 name text, $2 from bigint, $3 to bigint, $4 epoch bigint.
  static let advanceSubscription = PostgresStatement(
    "advance_subscription", "select event_store.advance_subscription($1, $2, $3, $4)")

  /// $1 name text.
  static let subscriptionPosition = PostgresStatement("subscription_position", "select event_store.subscription_position($1)")

  /// $1 limit integer.
  static let expireCommands = PostgresStatement("expire_commands", "select event_store.expire_commands($1)")
}
