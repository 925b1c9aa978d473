import EventSourcing
import Postgres

/// Writes changes and checkpoint of one generation, in one transaction and one round trip.
struct GenerationWriter {
  let client: PostgresClient
  /// Of the generation's schemas: empty for the current one.
  let schemaPrefix: String

  /// Writes rows and moves the checkpoint.
  ///
  /// - Parameters:
  ///   - fold: the changes; empty afterwards.
  ///   - position: where the checkpoint goes; may be where it is.
  ///   - extra: further statements of the same transaction.
  /// - Throws: what `FailureKind` tells apart. Nothing was written then, unless the connection was lost.
  func write(_ fold: ChangeFold, _ checkpoint: inout Checkpoint, to position: Position, extra: [PostgresCall] = []) async throws {
    var calls = [
      PostgresCall(
        CheckpointStatements.lock,
        [.int64(checkpoint.generation), .text(checkpoint.name), .int64(checkpoint.position.rawValue), .int64(checkpoint.epoch)])
    ]
    var hasRows = false
    for (table, stages) in fold.take() {
      let writer = TableWriter(table, schemaPrefix: schemaPrefix)
      for stage in stages {
        calls += try writer.calls(for: stage)
        hasRows = true
      }
    }
    calls += extra
    if hasRows { calls.append(PostgresCall(CheckpointStatements.check)) }
    if position != checkpoint.position {
      calls.append(
        PostgresCall(
          CheckpointStatements.move, [.int64(checkpoint.generation), .text(checkpoint.name), .int64(position.rawValue)]))
    }
    _ = try await client.queryAll(calls)
    checkpoint.position = position
  }
}
