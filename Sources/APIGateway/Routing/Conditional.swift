import Aggregates
import EventSourcing
import JSON

extension StaleVersion: ProblemRepresentable {
  var problem: Problem {
    // A stream without events is no resource that could have changed.
    actual == .none ? Problem(.notFound) : Problem(.preconditionFailed, members: [("current", .string(ETag.strong(actual)))])
  }
}

extension OfOtherWebsite: ProblemRepresentable {
  var problem: Problem { Problem(.notFound) }
}

extension Call {
  /// Carries a command out on what belongs to the website that is asked, or to the platform where none is.
  func execute<C: Command, A: WebsiteOwned>(
    _ command: C, within aggregate: A.Type, _ id: some CustomStringConvertible
  ) async throws -> CommandOutcome<C.Answer> {
    try await execute(WithinWebsite(websiteID, aggregate, id, command))
  }

  /// The same, on the version that `If-Match` names.
  func execute<C: Command, A: WebsiteOwned>(
    _ command: C, ifMatch aggregate: A.Type, _ id: some CustomStringConvertible
  ) async throws -> CommandOutcome<C.Answer> {
    let scoped = WithinWebsite(websiteID, aggregate, id, command)
    guard let version = try expectedVersion() else { return try await execute(scoped) }
    return try await execute(IfVersion(version, of: aggregate, id, scoped))
  }

  /// Carries a command out on the version of an aggregate that `If-Match` names; `*` takes any.
  func execute<C: Command, A: Aggregate>(
    _ command: C, ifMatch aggregate: A.Type, _ id: some CustomStringConvertible
  ) async throws -> CommandOutcome<C.Answer> {
    guard let version = try expectedVersion() else { return try await execute(command) }
    return try await execute(IfVersion(version, of: aggregate, id, command))
  }
}
