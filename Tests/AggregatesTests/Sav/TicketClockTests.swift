import EventSourcing
import EventStoreTesting
import JSON
import Testing

@testable import Aggregates

@Suite struct TicketClockTests {
  private let start = InMemoryEventLog.defaultStart
  private static let hour = Duration.seconds(3_600)

  private func fire(_ kind: TicketTimer.Kind, _ scenario: Scenario) async throws {
    let timer = try #require(scenario.log.timers["\(kind.rawValue)-\(Desk.ticket)"])
    _ = try await scenario.given(FireTicketTimer(ticketID: Desk.ticket, kind: kind, dueAt: timer.dueAt))
  }

  private func due(_ kind: TicketTimer.Kind, _ scenario: Scenario) -> Duration? {
    (scenario.log.timers["\(kind.rawValue)-\(Desk.ticket)"]?.dueAt).map { $0 - start }
  }

  @Test(arguments: [
    (TicketPriority.low, 48, 168), (.medium, 24, 72), (.high, 4, 24), (.urgent, 1, 4),
  ])
  func `the deadlines follow from the priority`(priority: TicketPriority, response: Int, resolution: Int) async throws {
    let scenario = try await Desk.scenario(nil).given(Desk.open(priority: priority))
    #expect(due(.response, scenario) == Self.hour * response)
    #expect(due(.resolution, scenario) == Self.hour * resolution)
    #expect(due(.close, scenario) == nil)
  }

  @Test func `the first answer ends the waiting for one; a note among agents and a customer's message do not`() async throws {
    let scenario = try await Desk.scenario().given(Desk.write(1, by: Desk.boss, isInternal: true))
      .given(Desk.write(2, by: .customer(Desk.owner)))
    #expect(due(.response, scenario) != nil)
    _ = try await scenario.given(Desk.write(3, by: Desk.boss))
    #expect(due(.response, scenario) == nil)
    #expect(due(.resolution, scenario) == Self.hour * 72)
  }

  @Test func `the clock stands while the customer is waited for`() async throws {
    let scenario = try await Desk.scenario(.waitingCustomer)
    #expect(due(.response, scenario) == nil)
    #expect(due(.resolution, scenario) == nil)
    #expect(due(.close, scenario) == Self.hour * 168)
    _ = try await scenario.later(by: Self.hour * 10).given(Desk.write(1, by: .customer(Desk.owner)))
    #expect(try await scenario.state(of: Ticket.self, Desk.ticket).status == .inProgress)
    #expect(due(.response, scenario) == Self.hour * 34)
    #expect(due(.resolution, scenario) == Self.hour * 82)
    #expect(due(.close, scenario) == nil)
    let resolved = try await scenario.later(by: Self.hour * 5).when(Desk.change { $0.status = .resolved })
    #expect(resolved.answer?.status == .resolved)
    let event = try #require(try await scenario.log.readStream(Ticket.stream(Desk.ticket), after: .none, limit: 100).last)
    let keys = try await scenario.log.subjectKeys([try #require(event.subject)], create: false)
    let move = try PayloadDecoder(TicketResolved.self).decode(event, keys: keys)
    // 15 hours have passed, 10 of them waiting.
    #expect(move.minutes == 300)
    #expect(move.slaMet)
  }

  @Test func `a customer who stays silent for a week has his ticket closed`() async throws {
    let scenario = try await Desk.scenario(.waitingCustomer).later(by: Self.hour * 168)
    try await fire(.close, scenario)
    let state = try await scenario.state(of: Ticket.self, Desk.ticket)
    #expect(state.status == .closed)
    #expect(scenario.log.timers.isEmpty)
    #expect(try await scenario.state(of: SupportAgent.self, Desk.agent).tickets.isEmpty)
  }

  @Test func `a resolution that nobody contradicts for a day closes the ticket; one that is contradicted does not`() async throws {
    let scenario = try await Desk.scenario(.resolved)
    #expect(due(.close, scenario) == Self.hour * 24)
    let owner = TicketActor.customer(Desk.owner)
    _ = try await scenario.later(by: Self.hour * 2).given(Desk.change(by: owner) { $0.status = .inProgress })
    #expect(due(.close, scenario) == nil)
    #expect(due(.resolution, scenario) == Self.hour * 74)
    _ = try await scenario.given(Desk.change { $0.status = .resolved })
    try await fire(.close, scenario)
    #expect(try await scenario.state(of: Ticket.self, Desk.ticket).status == .closed)
  }

  @Test func `a missed answer raises the priority by a step and is noted; the resolution's deadline stays`() async throws {
    let scenario = try await Desk.scenario().later(by: Self.hour * 24 + .seconds(120))
    try await fire(.response, scenario)
    let state = try await scenario.state(of: Ticket.self, Desk.ticket)
    #expect(state.priority == .high)
    #expect(state.hasMissedDeadline)
    let breach = try #require(state.metadata.document["sla_breaches"]?[0])
    #expect(breach["sla_type"] == "response")
    #expect(breach["expected_minutes"]?.int64Value == 1_440)
    #expect(breach["actual_minutes"]?.int64Value == 1_442)
    #expect(due(.response, scenario) == nil)
    #expect(due(.resolution, scenario) == Self.hour * 72)
    try await fire(.resolution, scenario)
    #expect(try await scenario.state(of: Ticket.self, Desk.ticket).priority == .high)
    #expect(scenario.log.timers.isEmpty)
  }

  @Test func `a timer that was moved meanwhile does nothing`() async throws {
    let scenario = try await Desk.scenario()
    let due = try #require(scenario.log.timers["ticket_response_due-\(Desk.ticket)"]?.dueAt)
    _ = try await scenario.given(Desk.change { $0.priority = .low })
    try await scenario.when(FireTicketTimer(ticketID: Desk.ticket, kind: .response, dueAt: due)).thenNothing()
    #expect(self.due(.response, scenario) == Self.hour * 48)
    try await scenario.when(FireTicketTimer(ticketID: TicketID(5), kind: .close, dueAt: due)).thenNothing()
  }
}

@Suite struct TicketMessageTests {
  @Test func `a text is kept without control characters and outer blanks`() {
    #expect(Ticket.cleaned(" a\u{7}\n\tb\u{1b}[0m \n") == "a\n\tb[0m")
    #expect(Ticket.cleaned("\u{0}") == "\u{0}")
  }

  @Test func `notes among agents are hidden from the owner, and nobody reads his own messages`() async throws {
    let scenario = try await Desk.scenario(.inProgress)
    let (owner, agent) = (TicketActor.customer(Desk.owner), TicketActor.agent(Desk.agent))
    for (id, actor, isInternal) in [(1, agent, true), (2, agent, false), (3, owner, false)] {
      _ = try await scenario.given(Desk.write(Int64(id), by: actor, isInternal: isInternal))
    }
    try await scenario.when(ReadTicketMessages(ticketID: Desk.ticket, actor: owner, messageID: TicketMessageID(1)))
      .thenRejected(TicketRejection.messageNotFound)
    _ = try await scenario.given(ReadTicketMessages(ticketID: Desk.ticket, actor: owner))
    var messages = try await scenario.state(of: Ticket.self, Desk.ticket).messages
    #expect(messages.filter(\.value.isRead).map(\.key) == [TicketMessageID(2)])
    _ = try await scenario.given(ReadTicketMessages(ticketID: Desk.ticket, actor: agent, messageID: TicketMessageID(3)))
    messages = try await scenario.state(of: Ticket.self, Desk.ticket).messages
    #expect(Set(messages.filter(\.value.isRead).keys) == [TicketMessageID(2), TicketMessageID(3)])
    try await scenario.when(ReadTicketMessages(ticketID: Desk.ticket, actor: agent)).thenNothing()
  }

  @Test func `an author edits and deletes his messages, and nobody else's`() async throws {
    let scenario = try await Desk.scenario(.inProgress)
    let (owner, agent) = (TicketActor.customer(Desk.owner), TicketActor.agent(Desk.agent))
    _ = try await scenario.given(Desk.write(1, by: owner)).given(Desk.write(2, by: agent))
    func edit(_ id: Int64, _ actor: TicketActor) -> EditTicketMessage {
      EditTicketMessage(ticketID: Desk.ticket, messageID: TicketMessageID(id), actor: actor, message: "Better")
    }
    try await scenario.when(edit(2, owner)).thenRejected(TicketRejection.staffOnly)
    try await scenario.when(edit(7, owner)).thenRejected(TicketRejection.messageNotFound)
    _ = try await scenario.given(edit(1, owner)).given(edit(2, agent))
    let remove = DeleteTicketMessage(ticketID: Desk.ticket, messageID: TicketMessageID(2), actor: owner)
    try await scenario.when(remove).thenRejected(TicketRejection.staffOnly)
  }

  @Test func `files go with their message, and only a message of the ticket can have them`() async throws {
    let scenario = try await Desk.scenario(.inProgress)
    let owner = TicketActor.customer(Desk.owner)
    func attach(_ id: Int64, _ message: Int64?) -> AttachTicketFile {
      AttachTicketFile(
        ticketID: Desk.ticket, attachmentID: TicketAttachmentID(id), messageID: message.map { TicketMessageID($0) }, actor: owner,
        originalName: "photo.png", filename: "a.png", filePath: "tickets/1000/a.png", mimeType: "image/png", fileSize: 9)
    }
    _ = try await scenario.given(Desk.write(1, by: owner)).given(attach(1, 1)).given(attach(2, nil))
    try await scenario.when(attach(3, 9)).thenRejected(TicketRejection.invalid(FieldError("message_id", .unknown)))
    try await scenario.when(attach(2, nil)).thenNothing()
    _ = try await scenario.given(DeleteTicketMessage(ticketID: Desk.ticket, messageID: TicketMessageID(1), actor: owner))
    #expect(try await scenario.state(of: Ticket.self, Desk.ticket).files.map(\.key) == [TicketAttachmentID(2)])
    let remove = RemoveTicketFile(ticketID: Desk.ticket, attachmentID: TicketAttachmentID(1), actor: owner)
    try await scenario.when(remove).thenRejected(TicketRejection.attachmentNotFound)
  }
}
