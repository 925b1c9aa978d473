public import EventSourcing
import HTTPTypes
import JSON
public import Postgres

/// A service's read database, as queries see it.
public struct ReadSide: Sendable {
  /// The position that a statement's rows are true at, as an expression: written out, because PostgreSQL plans it with the statement, while
  /// the function `internal.position()` costs each call as much as a read by key.
  static let positionSQL = """
    coalesce((select c.position from internal.checkpoints c join internal.generations g on g.id = c.generation where g.state = 'current'), 0)
    """

  let name: String
  let client: PostgresClient
  let wake: @Sendable (Position) -> Void

  /// - Parameters:
  ///   - name: the service, as in its paths.
  ///   - client: connects as the database's reader, with the current generation in its search_path.
  ///   - wake: called when a reader waits for a position that the projection has not reached; may do nothing.
  public init(_ name: String, client: PostgresClient, wake: @escaping @Sendable (Position) -> Void = { _ in }) {
    self.name = name
    self.client = client
    self.wake = wake
  }

  /// Runs a statement whose first column is the position its rows are true at, and waits, for a bounded time, until that is at least
  /// what the client asked for.
  func query(_ statement: PostgresStatement, _ parameters: [PostgresValue], _ call: Call) async throws -> (PostgresResult, Position) {
    var result = try await client.query(statement, parameters)
    var position = Position(try result[0].int64(0))
    guard let wanted = try call.minimumPosition(), position < wanted else { return (result, position) }
    let head = try await call.services.log.head()
    guard wanted <= head else { throw Problem(.positionAhead, members: [("head", .int(head.rawValue))]) }
    wake(wanted)
    let clock = ContinuousClock()
    let deadline = clock.now + (call.preferredWait ?? call.services.configuration.defaultWait)
    var pause = Duration.milliseconds(1)
    while position < wanted {
      guard clock.now < deadline else { throw Problem(.readSideBehind, members: [("position", .int(position.rawValue))]) }
      try await Task.sleep(for: min(pause, deadline - clock.now))
      pause = min(pause * 2, .milliseconds(50))
      result = try await client.query(statement, parameters)
      position = Position(try result[0].int64(0))
    }
    return (result, position)
  }
}

extension Call {
  /// `Comptoir-Min-Position`; nil when not asked for.
  func minimumPosition() throws -> Position? {
    guard let header = head.headerFields[.comptoirMinPosition] else { return nil }
    guard let number = Int64(header), number >= 0 else {
      throw Problem(.invalidHeader, errors: [FieldProblem("Comptoir-Min-Position", .invalidFormat, limit: "integer ≥ 0")])
    }
    return Position(number)
  }
}

extension ReadSide {
  private static let position = PostgresStatement("read_side.position", "select \(ReadSide.positionSQL)")

  /// Waits until the projection has reached a position, or the time is over.
  /// - Returns: where it stands.
  func wait(for wanted: Position, atMost time: Duration) async throws -> Position {
    wake(wanted)
    let clock = ContinuousClock()
    let deadline = clock.now + time
    var pause = Duration.milliseconds(1)
    while true {
      let position = Position(try await client.query(Self.position)[0].int64(0))
      if position >= wanted || clock.now >= deadline { return position }
      try await Task.sleep(for: pause)
      pause = min(pause * 2, .milliseconds(20))
    }
  }
}
