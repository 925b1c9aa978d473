public import EventSourcing
import Postgres

/// Why rows could not be projected.
public enum ProjectorError: Error, Sendable, CustomStringConvertible {
  /// Another runner has taken over, or the generation was swapped: nothing of the batch was written.
  case superseded(database: String)
  /// The lease could not be had or renewed.
  case leaseLost(database: String)
  /// The read database has no current generation: it was not migrated.
  case noGeneration(database: String)
  /// The read database has no such column, written as schema.table.column: it is older than this program.
  case outdatedSchema(database: String, missing: String)
  /// A row was to be added that is there already.
  case duplicateRow(table: String, key: String)
  /// A row was to be changed or removed that is not there.
  case missingRow(table: String, key: String)
  /// A value is not of its column's type.
  case wrongValue(table: String, column: String)
  /// The log ended before the position that was to be reached.
  case logTooShort(wanted: Position, end: Position)
  /// While a generation was filled, its data was refused and could not be parked.
  case rebuildFailed(database: String, reason: String)

  public var description: String {
    switch self {
    case .superseded(let database): "\(database): another runner or generation has taken over"
    case .leaseLost(let database): "\(database): the lease is another's"
    case .noGeneration(let database): "\(database): there is no current generation; migrate first"
    case .outdatedSchema(let database, let missing): "\(database) has no \(missing): it is older than this program; run `comptoir migrate`"
    case .duplicateRow(let table, let key): "\(table) \(key) is there already"
    case .missingRow(let table, let key): "\(table) \(key) is not there"
    case .wrongValue(let table, let column): "a value for \(table).\(column) is of another type"
    case .logTooShort(let wanted, let end): "the log ends at \(end), before \(wanted)"
    case .rebuildFailed(let database, let reason): "\(database): the rebuild failed: \(reason)"
    }
  }
}

/// What a failure means for the events that were being applied.
enum FailureKind {
  /// The runner has lost its place and must start anew.
  case superseded
  /// An event of the batch does not fit the rows: it is found and parked.
  case data
  /// Nothing to do with the events: try again later.
  case other

  init(_ error: any Error) {
    switch error {
    case ProjectorError.superseded, ProjectorError.leaseLost: self = .superseded
    case ProjectorError.duplicateRow, ProjectorError.missingRow, ProjectorError.wrongValue: self = .data
    case is EventDecodingError: self = .data
    default:
      guard let failure = PostgresError.underlying(error) else {
        self = .other
        return
      }
      if failure.kind == .invalidParameter {
        self = .data
      } else if failure.statementName == CheckpointStatements.lock.name, failure.sqlState == .divisionByZero {
        self = .superseded
      } else {
        // Class 22: data exceptions, ours for a row that is not there among them; class 23: constraints.
        self = ["22", "23"].contains(failure.sqlState?.classCode) ? .data : .other
      }
    }
  }
}
