/// A command that is carried out only while a stream stands at the version its sender has seen: `If-Match` of HTTP.
public struct IfVersion<Inner: Command>: Command {
  let inner: Inner
  let version: StreamVersion
  let stream: StreamName
  private let check: @Sendable (inout DecisionSession) throws -> StreamVersion

  /// - Parameters:
  ///   - version: what the sender has seen of the aggregate.
  ///   - command: what is to be done if it still stands there.
  public init<A: Aggregate>(_ version: StreamVersion, of aggregate: A.Type, _ id: some CustomStringConvertible, _ command: Inner) {
    inner = command
    self.version = version
    stream = A.stream(id)
    let id = "\(id)"
    check = { session in
      _ = try session.load(A.self, id)
      return session.version(of: A.stream(id))
    }
  }

  /// - Throws: `StaleVersion`, or what the command itself throws.
  public func decide(in session: inout DecisionSession) throws -> Inner.Answer {
    let actual = try check(&session)
    guard actual == version else { throw StaleVersion(stream: stream, expected: version, actual: actual) }
    return try inner.decide(in: &session)
  }
}

/// Somebody else has changed what the sender of a command had seen.
public struct StaleVersion: Rejection, Hashable {
  public let stream: StreamName
  public let expected: StreamVersion
  public let actual: StreamVersion

  public init(stream: StreamName, expected: StreamVersion, actual: StreamVersion) {
    self.stream = stream
    self.expected = expected
    self.actual = actual
  }
}
