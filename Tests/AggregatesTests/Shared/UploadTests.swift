import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

/// The file of a paper: a kind of upload of the tests' own.
private enum Paper: UploadKind {
  typealias FileID = VATRateID
  static let category = "paper"
  static let names = UploadNames("PaperUpload")
  static let bucket = Bucket.sav

  static func maximumSize(of format: FileFormat) -> Int64? { format == .pdf ? 1_000 : nil }
  static func folder(of id: VATRateID, owner: Int64) -> String { "papers/\(owner)/\(id)/" }
}

private struct Announce: Command {
  var id: Int64 = 1
  var owner: Int64 = 7
  var format = FileFormat.pdf
  var size: Int64 = 500

  func decide(in session: inout DecisionSession) throws -> NoAnswer {
    try session.announce(Paper.self, VATRateID(id), owner: owner, format: format, size: size)
    return NoAnswer()
  }
}

private struct Confirm: Command {
  var owner: Int64 = 7
  var filename = "Invoice.PDF"
  var sha256 = "ab"

  /// Answers where the file lies, unless it was confirmed before.
  func decide(in session: inout DecisionSession) throws -> UploadRemains {
    let upload = try session.confirm(Paper.self, VATRateID(1), owner: owner, filename: filename, sha256: sha256)
    return UploadRemains(place: "", folder: "", kept: upload?.key(sha256))
  }
}

@Suite struct UploadTests {
  private let id = VATRateID(1)
  private let start = InMemoryEventLog.defaultStart

  @Test func `an upload is announced once, and has an hour`() async throws {
    let scenario = try await Scenario().when(Announce())
      .then(.announced(UploadAnnounced(id: id, owner: 7, part: nil, format: .pdf, size: 500, folder: "papers/7/1/")), on: Paper.self, 1)
      .andNothingElse()
      .thenTimer("upload-paper-1", at: start + UploadTimer.lifetime).and
    try await scenario.when(Announce()).thenNothing()
    try await scenario.when(Announce(size: 501)).thenRejected(UploadRejection.alreadyExists)
  }

  @Test func `what is not taken cannot be announced`() async throws {
    let scenario = Scenario()
    try await scenario.when(Announce(format: .png)).thenRejected(UploadRejection.invalid(FieldError("mime_type", .unknown)))
    for size: Int64 in [-1, 0, 1_001] {
      try await scenario.when(Announce(size: size))
        .thenRejected(UploadRejection.invalid(FieldError("size", .outOfRange(minimum: 1, maximum: 1_000))))
    }
  }

  @Test func `an upload is confirmed once, by its owner, under a name that fits`() async throws {
    let scenario = try await Scenario().given(Announce())
    try await scenario.when(Confirm(owner: 8)).thenRejected(UploadRejection.notFound)
    for name in ["", "Invoice.png", "a/b.pdf", "..\\b.pdf", "a\u{7}.pdf", String(repeating: "x", count: 252) + ".pdf"] {
      let rejection = try #require(try await scenario.when(Confirm(filename: name)).rejection as? UploadRejection)
      guard case .invalid(let error) = rejection, error.field == "filename" else {
        Issue.record("\(name): \(rejection)")
        continue
      }
    }
    let confirmed = try await scenario.when(Confirm())
      .then(.confirmed(UploadConfirmed(id: id, sha256: "ab")), on: Paper.self, 1).andNothingElse()
    #expect(confirmed.answer?.kept == "papers/7/1/ab.pdf")
    // Another content that was there at the same time does not count.
    for sha256 in ["ab", "cd"] { #expect(try await scenario.when(Confirm(sha256: sha256)).thenNothing().answer?.kept == nil) }
    try await scenario.when(RejectUpload<Paper>(id: id)).thenNothing()
  }

  @Test func `a rejected upload cannot be confirmed`() async throws {
    let scenario = try await Scenario().given(Announce())
    try await scenario.when(RejectUpload<Paper>(id: id)).then(.rejected(UploadRejected(id: id)), on: Paper.self, 1)
    try await scenario.when(RejectUpload<Paper>(id: id)).thenNothing()
    try await scenario.when(Confirm()).thenRejected(UploadRejection.wrongState(.rejected))
  }

  @Test func `after its time an upload leaves only what was confirmed`() async throws {
    let open = try await Scenario().given(Announce())
    let expired = try await open.when(ExpireUpload<Paper>(id: id)).then(.expired(UploadExpired(id: id)), on: Paper.self, 1)
    #expect(expired.answer == UploadRemains(place: "uploads/paper/1", folder: "papers/7/1/", kept: nil))
    try await open.when(Confirm()).thenRejected(UploadRejection.wrongState(.expired))
    #expect(try await open.when(ExpireUpload<Paper>(id: id)).thenNothing().answer?.kept == nil)

    let kept = try await Scenario().given(Announce()).given(Confirm())
    #expect(
      try await kept.when(ExpireUpload<Paper>(id: id)).thenNothing().answer
        == UploadRemains(place: "uploads/paper/1", folder: "papers/7/1/", kept: "papers/7/1/ab.pdf"))
  }

  @Test func `clearing ends the timer, a storage that does not answer moves it`() async throws {
    let scenario = try await Scenario().given(Announce()).later(by: UploadTimer.lifetime)
    try await scenario.when(PostponeClearing<Paper>(id: id)).thenNothing()
      .thenTimer("upload-paper-1", at: start + UploadTimer.lifetime + UploadTimer.pause)
    let moved = scenario.later(by: UploadTimer.pause)
    let timer = try #require(try await moved.log.dueTimers(limit: 10).first)
    try await moved.when(ClearUpload<Paper>(id: id, timer: timer)).then(.cleared(UploadCleared(id: id)), on: Paper.self, 1)
      .thenTimer("upload-paper-1", at: nil)
    try await moved.when(ClearUpload<Paper>(id: id, timer: timer)).thenNothing()
  }
}
