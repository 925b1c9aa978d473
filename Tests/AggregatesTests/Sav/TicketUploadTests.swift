import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

@Suite struct TicketUploadTests {
  private static let owner = TicketActor.customer(Desk.owner)
  private static let file = AnnounceTicketFiles.File(format: .pdf, size: 10)

  private func announce(
    _ files: [AnnounceTicketFiles.File] = [file], by actor: TicketActor = owner, message: Int64? = nil
  ) -> AnnounceTicketFiles {
    AnnounceTicketFiles(
      ticketID: Desk.ticket, firstID: TicketAttachmentID(50), messageID: message.map { TicketMessageID($0) }, actor: actor, files: files)
  }

  private func confirm(_ id: Int64 = 50, by actor: TicketActor = owner) -> ConfirmTicketFile {
    ConfirmTicketFile(
      ticketID: Desk.ticket, attachmentID: TicketAttachmentID(id), actor: actor, originalName: "Facture.pdf", sha256: "ab")
  }

  @Test func `a file is announced, and on its ticket once it is confirmed`() async throws {
    let scenario = try await Desk.scenario()
    let id = TicketAttachmentID(50)
    try await scenario.when(announce())
      .then(
        .announced(
          UploadAnnounced(id: id, owner: Desk.ticket.rawValue, part: nil, format: .pdf, size: 10, folder: "tickets/1000/50/")),
        on: TicketUpload.self, 50
      ).andNothingElse()
    try await scenario.when(confirm())
      .then(.confirmed(UploadConfirmed(id: id, sha256: "ab")), on: TicketUpload.self, 50)
    #expect(try await scenario.state(of: Ticket.self, Desk.ticket).files[id]?.filePath == "tickets/1000/50/ab.pdf")
    try await scenario.when(confirm()).thenNothing()
  }

  @Test func `several files are announced all or none`() async throws {
    let scenario = try await Desk.scenario()
    let tooLarge = AnnounceTicketFiles.File(format: .text, size: 2 << 20 + 1)
    try await scenario.when(announce([Self.file, tooLarge]))
      .thenRejected(UploadRejection.invalid(FieldError("files/1/size", .outOfRange(minimum: 1, maximum: 2 << 20))))
    #expect(
      try await scenario.when(announce([Self.file, Self.file])).recorded.map(\.stream.rawValue) == ["ticketupload-50", "ticketupload-51"])
    for index in 0..<98 {
      let command = AnnounceTicketFiles(
        ticketID: Desk.ticket, firstID: TicketAttachmentID(Int64(100 + index)), actor: Self.owner, files: [Self.file])
      _ = try await scenario.given(command).given(confirm(Int64(100 + index)))
    }
    _ = try await scenario.given(confirm(50))
    let two = AnnounceTicketFiles(
      ticketID: Desk.ticket, firstID: TicketAttachmentID(300), actor: Self.owner, files: [Self.file, Self.file])
    try await scenario.when(two).thenRejected(TicketRejection.tooMany(maximum: Ticket.maximumFiles))
  }

  @Test func `who does not see a ticket sends it no files`() async throws {
    let scenario = try await Desk.scenario(.inProgress)
    let stranger = TicketActor.customer(UserID(77))
    try await scenario.when(announce(by: stranger)).thenRejected(TicketRejection.notFound)
    try await scenario.when(announce(by: .agent(Desk.colleague))).thenRejected(TicketRejection.notFound)
    _ = try await scenario.given(announce()).given(confirm())
    try await scenario.when(confirm(by: stranger)).thenRejected(TicketRejection.notFound)
  }

  @Test func `a file is for the ticket, or for a message that its sender sees`() async throws {
    let scenario = try await Desk.scenario(.inProgress).given(Desk.write(1, by: .agent(Desk.agent), isInternal: true))
    let unknown = TicketRejection.invalid(FieldError("message_id", .unknown))
    try await scenario.when(announce(message: 2)).thenRejected(unknown)
    try await scenario.when(announce(message: 1)).thenRejected(unknown)
    _ = try await scenario.given(announce(by: .agent(Desk.agent), message: 1))
    try await scenario.when(confirm()).thenRejected(unknown)
    _ = try await scenario.given(confirm(by: .agent(Desk.agent)))
    #expect(try await scenario.state(of: Ticket.self, Desk.ticket).files[TicketAttachmentID(50)]?.messageID == TicketMessageID(1))
  }

  @Test func `a file whose message was taken back meanwhile is not added`() async throws {
    let scenario = try await Desk.scenario().given(Desk.write(1, by: Self.owner)).given(announce(message: 1))
      .given(DeleteTicketMessage(ticketID: Desk.ticket, messageID: TicketMessageID(1), actor: Self.owner))
    try await scenario.when(confirm()).thenRejected(TicketRejection.invalid(FieldError("message_id", .unknown)))
  }

  @Test func `a closed ticket takes no files`() async throws {
    let scenario = try await Desk.scenario().given(announce()).given(Desk.change { $0.status = .closed })
    let rejection = TicketRejection.wrongState(current: .closed, allowed: [])
    try await scenario.when(confirm()).thenRejected(rejection)
    try await scenario.when(announce([Self.file, Self.file])).thenRejected(rejection)
  }
}
