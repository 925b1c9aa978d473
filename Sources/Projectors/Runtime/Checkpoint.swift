import EventSourcing
import Postgres

/// A runner's place in one generation of a read database.
struct Checkpoint: Hashable, Sendable {
  /// The number in `internal.generations`.
  var generation: Int64
  /// The projection's name.
  var name: String
  /// Everything up to here is in the rows, or parked.
  var position: Position
  /// The lease's epoch in the upper bits; grows with each opening, so that only the latest opener can write.
  var epoch: Int64

  /// How many times one holding of a lease may open a checkpoint.
  static let epochBits: Int64 = 20
}

enum CheckpointStatements {
  /// Makes the row of the generation in a state. $1 name text, $2 state text.
  static let create = PostgresStatement(
    "checkpoint create",
    """
    insert into internal.checkpoints (generation, name)
    select id, $1::text from internal.generations where state = $2 on conflict do nothing
    """)

  /// Shuts out whoever opened it before. No row: there is no such generation, or a later lease has opened it.
  /// $1 name text, $2 state text, $3 epoch of the lease bigint.
  static let open = PostgresStatement(
    "checkpoint open",
    """
    update internal.checkpoints c set epoch = greatest(c.epoch + 1, $3::bigint << \(Checkpoint.epochBits))
    from internal.generations g
    where g.id = c.generation and g.state = $2 and c.name = $1 and c.epoch >> \(Checkpoint.epochBits) <= $3::bigint
    returning c.generation, c.position, c.epoch
    """)

  /// Taken before the first row is touched: a swap waits for it, or it waits for the swap and then fails, since that raises the epoch.
  /// Fails with a division by zero when the checkpoint is not as expected.
  /// $1 generation bigint, $2 name text, $3 position bigint, $4 epoch bigint.
  static let lock = PostgresStatement(
    "checkpoint lock",
    """
    select 1 / count(*)::integer from (
      select from internal.checkpoints c
      where c.generation = $1 and c.name = $2 and c.position = $3 and c.epoch = $4 for update) held
    """)

  /// $1 generation bigint, $2 name text, $3 new position bigint.
  static let move = PostgresStatement(
    "checkpoint move",
    "update internal.checkpoints set position = $3, updated_at = now() where generation = $1 and name = $2")

  /// Has deferred constraints judged now, so that a refusal belongs to a statement.
  static let check = PostgresStatement("checkpoint check", "set constraints all immediate")
}
