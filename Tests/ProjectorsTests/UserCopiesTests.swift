import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates
@testable import Projectors

struct UserCopiesTests {
  private func columns(_ copies: UserCopies) -> [String] { copies.table.columns.map(\.name) }

  @Test func `a copy has the columns its service lists`() {
    #expect(columns(UserCopies()) == ["id", "firstname", "lastname", "email", "created_at", "updated_at", "deleted_at"])
    #expect(
      columns(UserCopies(hasName: true, hasLogin: true)) == [
        "id", "name", "firstname", "lastname", "email", "email_verified_at", "password", "remember_token", "created_at", "updated_at",
        "deleted_at",
      ])
  }

  @Test func `a copy knows every public event of accounts that is about the person`() {
    let types = Set(UserCopies().handlers.map(\.type.name))
    #expect(types == ["UserRegistered", "UserRenamed", "EmailChanged", "UserDeleted", "UserRestored"])
    #expect(UserCopies().handlers.allSatisfy { $0.type.visibility == .public })
  }

  @Test func `names are joined where a copy has one column for them, and a forgotten user has none`() async throws {
    let log = InMemoryEventLog()
    let executor = CommandExecutor(log: log)
    for (number, first) in [(7, "Ada"), (8, "")] as [(Int64, String)] {
      _ = try await executor.execute(
        ImportUser(userID: UserID(number), email: "\(number)@b.example", firstname: first, lastname: "L", emailClaim: "email:\(number)"))
    }
    let events = try await log.readLog(after: .start, filter: EventFilter(types: [UserRegistered.type.name]), limit: 10).events
    let keys = try await log.subjectKeys([UserID(7).subject, UserID(8).subject], create: false)
    func row(_ event: RecordedEvent, _ copies: UserCopies, keys: [SubjectID: SubjectKey]) throws -> [String: SQLValue] {
      let projection = Projection(database: "d", ownCategories: [], tables: [copies.table], handlers: copies.handlers)
      guard case .insert(let table, let values) = try #require(projection.changes(for: event, keys: keys).changes.first) else { return [:] }
      return Dictionary(uniqueKeysWithValues: zip(table.columns.map { $0.name }, values))
    }
    let copies = UserCopies(hasName: true)
    let known = try row(events[0], copies, keys: keys)
    #expect(known["name"] == "Ada L")
    #expect(known["email"] == "7@b.example")
    #expect(try row(events[1], copies, keys: keys)["name"] == "L")
    let forgotten = try row(events[0], copies, keys: [:])
    #expect(forgotten["name"] == "")
    #expect(forgotten["email"] == "forgotten-7@forgotten.invalid")
    #expect(try row(events[0], UserCopies(), keys: keys)["name"] == nil)
  }
}
