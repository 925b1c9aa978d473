import Aggregates
import EventSourcing
import HTTPTypes
import JSON
import ObjectStorage
import Testing

@testable import APIGateway

/// Files of tickets from the announcement to the download, over a real object storage.
@Suite struct TicketFileTests {
  private static let tickets = "/api/v1/sav/tickets"
  private static let pdf = Array("%PDF-1.7 facture".utf8)
  private static let announcement = #"{"mime_type":"application/pdf","size":\#(pdf.count)}"#

  /// A gateway with a ticket of customer 5, and the ticket's address.
  private func use(_ body: (Harness, ReadDatabases, ObjectStorage, _ ticket: String) async throws -> Void) async throws {
    try await ReadDatabases.with(only: ["sav_service_db"]) { databases in
      let storage = try Storages.real()
      do {
        try await storage.createBucket("sav")
        let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides, objects: storage)
        try await harness.skipIDs(of: "ticket_attachment")
        let opened = try await harness.send(
          .post, Self.tickets, #"{"subject":"Facture","description":"Elle manque"}"#, token: harness.token(5))
        let id = try #require(try opened.json["data"]?["id"]?.int64Value)
        try await body(harness, databases, storage, "\(Self.tickets)/\(id)")
      } catch {
        await storage.close()
        throw error
      }
      await storage.close()
    }
  }

  @Test func `a customer's file is sent, confirmed and on his ticket`() async throws {
    try await use { harness, _, storage, ticket in
      let token = try await harness.token(5)
      let announced = try await harness.send(.post, "\(ticket)/attachments", Self.announcement, token: token)
      #expect(announced.status == 201)
      let data = try #require(try announced.json["data"])
      let confirm = "\(ticket)/attachments/\(data["id"]!.int64Value!)/confirm"
      #expect(try await harness.send(.post, confirm, #"{"filename":"Facture é.pdf"}"#, token: token).code == "upload-missing")
      #expect(try await Storages.send(Self.pdf, data["upload"]!) == 200)
      #expect(try await harness.send(.post, confirm, #"{"filename":"Facture.exe"}"#, token: token).code == "invalid-format")
      for _ in 0..<2 {
        #expect(try await harness.send(.post, confirm, #"{"filename":"Facture é.pdf"}"#, token: token).status == 200)
      }
      let state = try await harness.state(Ticket.self, ticket.split(separator: "/").last!)
      let file = try #require(state.files.first?.value)
      #expect(try await storage.get(bucket: "sav", key: file.filePath, maximumBytes: 100).bytes == Self.pdf)
    }
  }

  @Test func `five files are announced at once, and no sixth`() async throws {
    try await use { harness, _, _, ticket in
      let token = try await harness.token(5)
      func send(_ count: Int) async throws -> Answer {
        let files = Array(repeating: Self.announcement, count: count).joined(separator: ",")
        return try await harness.send(.post, "\(ticket)/attachments/multiple", "{\"files\":[\(files)]}", token: token)
      }
      let five = try await send(5)
      #expect(five.status == 201)
      let ids = try five.json["data"]?["files"]?.arrayValue?.compactMap { $0["id"]?.int64Value } ?? []
      #expect(Set(ids).count == 5)
      #expect(try await send(6).code == "too-long")
    }
  }

  @Test(arguments: [
    (#"{"mime_type":"application/x-msdownload","size":10}"#, "value-not-allowed"),
    (#"{"mime_type":"text/plain","size":2097153}"#, "too-large"), (#"{"mime_type":"image/png","size":5242881}"#, "too-large"),
    (#"{"mime_type":"application/zip","size":10485761}"#, "too-large"), (#"{"size":10}"#, "missing-field"),
    (#"{"mime_type":"text/plain","size":10,"message_id":99}"#, "unknown-reference"),
  ])
  func `what is not taken is refused before anything is sent`(_ body: String, _ code: String) async throws {
    try await use { harness, _, _, ticket in
      let answer = try await harness.send(.post, "\(ticket)/attachments", body, token: harness.token(5))
      #expect(try answer.code == code)
    }
  }

  @Test func `others neither send nor confirm nor read files of a ticket`() async throws {
    try await use { harness, _, storage, ticket in
      let (owner, stranger) = try await (harness.token(5), harness.token(6))
      #expect(try await harness.send(.post, "\(ticket)/attachments", Self.announcement).status == 401)
      #expect(try await harness.send(.post, "\(ticket)/attachments", Self.announcement, token: stranger).status == 404)
      let announced = try await harness.send(.post, "\(ticket)/attachments", Self.announcement, token: owner)
      let confirm = "\(ticket)/attachments/\(try announced.json["data"]!["id"]!.int64Value!)/confirm"
      // Not even by somebody who sees the ticket: only who announced it knows what he sends.
      for token in [stranger, try await harness.token(9, .admin)] {
        #expect(try await harness.send(.post, confirm, #"{"filename":"a.pdf"}"#, token: token).status == 404)
      }
      // The files of the sample rows.
      try await storage.put([1], bucket: "sav", key: "tickets/1/a.png", contentType: "image/png")
      try await storage.put(Self.pdf, bucket: "sav", key: "tickets/3/b.pdf", contentType: "application/pdf")
      for (path, user, role, status) in [
        ("1/attachments/1", 1, .customer, 302), ("1/attachments/1", 2, .customer, 404), ("1/attachments/2", 1, .customer, 404),
        ("3/attachments/2", 7, .customer, 404), ("3/attachments/2", 8, .support, 302),
      ] as [(String, Int64, PlatformRole, Int)] {
        let answer = try await harness.send(.get, "\(Self.tickets)/\(path)/download", token: harness.token(user, role))
        #expect(answer.status == status, "\(path) \(user)")
        if status == 302, path.hasPrefix("3") { #expect(try await Storages.fetch(try #require(answer["Location"])) == Self.pdf) }
      }
    }
  }
}
