import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

@Suite struct ContactTagTests {
  let id = ContactTagID(1_000)
  let other = ContactTagID(1_001)

  /// Three contacts that carry a tag.
  private func scenario() async throws -> Scenario {
    var scenario = try await Scenario().given(AddContactTag(id: id, row: .init(name: "Éclair"))).given(
      AddContactTag(id: other, row: .init(name: "Other")))
    for number: Int64 in 1...3 {
      scenario = try await scenario.given(
        AddContact(
          contactID: ContactID(number), content: .init(email: "\(number)@example.org"), emailClaim: "contact-email:\(number)", tags: [id]))
    }
    return scenario
  }

  private func tags(_ number: Int64, _ scenario: Scenario) async throws -> [String] {
    try await scenario.state(of: Contact.self, number).tags.map(\.name)
  }

  @Test(arguments: [("#fff", true), ("#A1b2C3", true), ("fff", false), ("#ffff", false), ("#ggg", false), ("#é12", false), ("", false)])
  func `a colour has three or six hexadecimal digits`(color: String, isTaken: Bool) async throws {
    let result = try await Scenario().when(AddContactTag(id: id, row: .init(name: "x", color: color)))
    #expect((result.rejection == nil) == isTaken)
  }

  @Test func `a new name of a tag shows on all who carry it`() async throws {
    let scenario = try await scenario()
    _ = try await scenario.when(ChangeContactTag(tagID: id) { $0.name = "Flash" })
    for number: Int64 in 1...3 { #expect(try await tags(number, scenario) == ["Flash"]) }
    try await scenario.when(ChangeContactTag(tagID: id) { $0.name = "Flash" }).thenNothing()
    try await scenario.when(ChangeContactTag(tagID: ContactTagID(9)) { _ in })
      .thenRejected(ReferenceRejection.notFound(kind: "contacttag", id: 9))
  }

  @Test func `a tag goes from all contacts before it is removed`() async throws {
    let scenario = try await scenario()
    let first = try await scenario.when(RemoveContactTag(tagID: id))
    #expect(first.answer == StepAnswer(isDone: false))
    #expect(try await tags(2, scenario) == [])
    try await scenario.when(RemoveContactTag(tagID: id)).then(.removed(ReferenceRemoved(id)), on: ContactTag.self, id).andNothingElse()
    let again = try await scenario.when(RemoveContactTag(tagID: id))
    #expect(again.answer == StepAnswer(isDone: true))
    #expect(again.recorded.isEmpty)
    try await scenario.when(ActOnContact(contactID: ContactID(1), .tag(id)))
      .thenRejected(ContactRejection.invalid(FieldError("tag_id", .unknown)))
  }

  @Test func `a merged tag is replaced, and counted once on who had both`() async throws {
    let scenario = try await scenario().given(ActOnContact(contactID: ContactID(3), .tag(other)))
    let merge = RemoveContactTag(tagID: id, replacement: other)
    _ = try await scenario.when(merge)
    _ = try await scenario.when(merge)
    for number: Int64 in 1...3 { #expect(try await tags(number, scenario) == ["Other"]) }
    #expect(try await scenario.state(of: ContactTagUsage.self, other).carriers.count == 3)
    try await scenario.when(RemoveContactTag(tagID: other, replacement: other))
      .thenRejected(ContactRejection.invalid(FieldError("target_tag_id", .duplicate)))
    try await scenario.when(RemoveContactTag(tagID: other, replacement: ContactTagID(9)))
      .thenRejected(ContactRejection.invalid(FieldError("target_tag_id", .unknown)))
  }

  @Test func `system tags stay and keep their names`() async throws {
    let vip = ContactTag.defaultRows[0]
    let scenario = try await Scenario().given(SeedContactTag(id: vip.id, row: vip.row))
    let fixed = ReferenceRejection.fixed(kind: "contacttag", id: 1)
    try await scenario.when(RemoveContactTag(tagID: vip.id)).thenRejected(fixed)
    try await scenario.when(ChangeContactTag(tagID: vip.id) { $0.name = "x" }).thenRejected(fixed)
    _ = try await scenario.given(ChangeContactTag(tagID: vip.id) { $0.color = "#000" })
  }
}
