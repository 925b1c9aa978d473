import Aggregates
import EventSourcing
import EventStoreTesting
import HTTPTypes
import JSON
import ObjectStorage
import Testing

@testable import APIGateway

/// Files of mail templates from the announcement to the download, over a real object storage.
@Suite struct TemplateFileTests {
  private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3]
  private static let announcement = #"{"mime_type":"image/png","size":\#(png.count)}"#

  private func use(_ body: (Harness, ObjectStorage, _ files: String, _ token: String) async throws -> Void) async throws {
    let storage = try Storages.real()
    do {
      for bucket in Bucket.allCases { try await storage.createBucket(bucket.rawValue) }
      let harness = try await Harness(groups: APIGateway.groups, objects: storage)
      try await harness.skipIDs(of: "template_file")
      let id = EmailTemplateID(.random(in: 1_000...(1 << 45)))
      _ = try await harness.services.executor.execute(
        AddEmailTemplate(
          id: id, row: EmailTemplate.Row(name: "A", slug: "a-1", subject: "s", html: "<p>{{unsubscribe_url}}</p>")))
      try await body(harness, storage, "/api/v1/newsletters/templates/\(id)/files", try await harness.token(1, .admin))
    } catch {
      await storage.close()
      throw error
    }
    await storage.close()
  }

  @Test func `a template's picture is announced, sent, confirmed and shown to whoever opens a mail`() async throws {
    try await use { harness, _, files, token in
      let announced = try await harness.send(.post, files, Self.announcement, token: token)
      #expect(announced.status == 201)
      let data = try #require(try announced.json["data"])
      let file = "\(files)/\(try #require(data["id"]?.int64Value))"
      #expect(announced["Location"] == file)
      #expect(try await harness.send(.post, "\(file)/confirm", #"{"filename":"a.png"}"#, token: token).code == "upload-missing")
      #expect(try await harness.send(.get, file).status == 404)
      #expect(try await Storages.send(Self.png, try #require(data["upload"])) == 200)
      for _ in 0..<2 {
        #expect(try await harness.send(.post, "\(file)/confirm", #"{"filename":"a.png"}"#, token: token).status == 200)
      }
      let shown = try await harness.send(.get, file)
      #expect(shown.status == 302)
      #expect(try await Storages.fetch(try #require(shown["Location"])) == Self.png)
      #expect(try await harness.send(.get, file.replacing("/files/", with: "9/files/")).status == 404)
    }
  }

  @Test func `what is no picture, too large or of a template that is not there is refused`() async throws {
    try await use { harness, _, files, token in
      for (body, code) in [
        (#"{"mime_type":"text/plain","size":3}"#, "value-not-allowed"), (#"{"mime_type":"image/png","size":5242881}"#, "too-large"),
        (#"{"mime_type":"image/png","size":0}"#, "too-small"), (#"{"mime_type":"image/png"}"#, "missing-field"),
      ] {
        #expect(try await harness.send(.post, files, body, token: token).code == code, "\(body)")
      }
      let other = "/api/v1/newsletters/templates/999/files"
      #expect(try await harness.send(.post, other, Self.announcement, token: token).status == 404)
      #expect(try await harness.send(.post, files, Self.announcement).status == 401)
      let data = try #require(try await harness.send(.post, files, Self.announcement, token: token).json["data"])
      let wrong = [UInt8](repeating: 1, count: Self.png.count)
      #expect(try await Storages.send(wrong, try #require(data["upload"])) == 200)
      let file = "\(files)/\(try #require(data["id"]?.int64Value))"
      #expect(try await harness.send(.post, "\(file)/confirm", #"{"filename":"a.png"}"#, token: token).code == "file-refused")
    }
  }
}
