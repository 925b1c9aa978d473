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
    guard let version = try expectedVersion() else { return try await execute(command, within: aggregate, id) }
    // Whose it is comes first: the version of what belongs to another website is told to nobody.
    return try await execute(IfVersion(version, of: aggregate, id, command), within: aggregate, id)
  }

  /// Carries a command out on the version of an aggregate that `If-Match` names; `*` takes any.
  func execute<C: Command, A: Aggregate>(
    _ command: C, ifMatch aggregate: A.Type, _ id: some CustomStringConvertible
  ) async throws -> CommandOutcome<C.Answer> {
    guard let version = try expectedVersion() else { return try await execute(command) }
    return try await execute(IfVersion(version, of: aggregate, id, command))
  }

  /// Refuses what belongs to another website, for a route that does more than carry out a command.
  func require<A: WebsiteOwned>(_ aggregate: A.Type, _ id: some CustomStringConvertible) async throws {
    _ = try await services.executor.execute(WithinWebsite(websiteID, aggregate, id, NoCommand()), context: context)
  }
}

/// Decides nothing.
private struct NoCommand: Command {
  func decide(in session: inout DecisionSession) throws -> NoAnswer { NoAnswer() }
}
