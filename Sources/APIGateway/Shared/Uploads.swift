import Aggregates
import Crypto
import EventSourcing
import HTTPTypes
import JSON
import ObjectStorage

/// Uploads of one kind over HTTP: announced, sent by the client to the object storage itself, confirmed.
enum Uploads<Kind: UploadKind> {
  /// How long the address to upload to is good; shorter than `UploadTimer.lifetime`.
  private static var addressLifetime: Duration { .seconds(900) }

  /// What the client is told of an announced upload: where and how it sends the file.
  static func announcement(
    _ id: Kind.FileID, format: FileFormat, size: Int64, _ call: Call
  ) throws -> @Sendable (inout JSONWriter) -> Void {
    let address = try call.objects().presignedPut(
      bucket: Kind.bucket.rawValue, key: Kind.place(of: id), contentType: format.rawValue, size: Int(size), lifetime: addressLifetime)
    return { json in
      json.field("id", id)
      json.object("upload") { json in
        json.field("method", address.method)
        json.field("url", address.url)
        json.field("headers", JSONValue.object(address.headers.sorted { $0.key < $1.key }.map { (key: $0.key, value: .string($0.value)) }))
        json.field("expires_in", addressLifetime.components.seconds)
      }
    }
  }

  /// Checks what was uploaded, stores it in the upload's folder and confirms it. Only who announced an upload confirms it; one
  /// that was confirmed before is not looked at again.
  /// - Parameter command: carries out what confirms the upload; gets SHA-256 of the content, in lower-case hexadecimal.
  static func confirm<Answer>(
    _ id: Kind.FileID, owner: Int64, _ call: Call, _ command: (_ sha256: String) async throws -> CommandOutcome<Answer>
  ) async throws -> CommandOutcome<Answer> {
    let (sha256, key) = try await check(id, owner: owner, call)
    do {
      return try await command(sha256)
    } catch let rejection as UploadRejection {
      // Its time was over meanwhile, and nobody else will remove what was just stored.
      if case .wrongState = rejection { try await call.objects().delete(bucket: Kind.bucket.rawValue, key: key) }
      throw rejection
    }
  }

  private static func check(_ id: Kind.FileID, owner: Int64, _ call: Call) async throws -> (sha256: String, key: String) {
    let log = call.services.log
    let events = try await log.readStream(Kind.stream(id), after: .none, limit: 100)
    let state = Kind.state(after: try events.map { try UploadEvent<Kind>.decoder.decode($0) })
    guard let upload = state.upload, upload.owner == owner, events.first?.context.actor == call.context.actor else {
      throw UploadRejection.notFound
    }
    if let sha256 = upload.sha256 { return (sha256, upload.key(sha256)) }
    guard upload.status == .announced else { throw UploadRejection.wrongState(upload.status) }
    let objects = try call.objects()
    let content = try await uploaded(id, upload, objects)
    guard let content, content.count == Int(upload.size), upload.format.matches(content) else {
      _ = try await call.services.executor.execute(RejectUpload<Kind>(id: id), context: call.context)
      throw Problem(.fileRefused)
    }
    let sha256 = SHA256.hash(data: content).map { byte in
      let text = String(byte, radix: 16)
      return text.count == 1 ? "0" + text : text
    }.joined()
    try await objects.put(content, bucket: Kind.bucket.rawValue, key: upload.key(sha256), contentType: upload.format.rawValue)
    return (sha256, upload.key(sha256))
  }

  /// What lies where the client was to upload to; nil when it is larger than announced.
  private static func uploaded(_ id: Kind.FileID, _ upload: Upload, _ objects: ObjectStorage) async throws -> [UInt8]? {
    do {
      return try await objects.get(bucket: Kind.bucket.rawValue, key: Kind.place(of: id), maximumBytes: Int(upload.size)).bytes
    } catch {
      switch error.code {
      case .noSuchKey: throw Problem(.uploadMissing)
      case .tooLarge: return nil
      default: throw error
      }
    }
  }
}

extension Schema {
  /// What the announcement of an upload answers.
  static let announcedUpload = object(
    "AnnouncedUpload",
    [
      "id": .id,
      "upload": object([
        "method": .choice(["PUT"]), "url": text.with("format", "uri"),
        "headers": Schema(["type": "object", "additionalProperties": ["type": "string"]]), "expires_in": .integer,
      ]),
    ])
}

extension Call {
  /// - Throws: `Problem.unavailable` where none is configured.
  func objects() throws -> ObjectStorage {
    guard let objects = services.objects else { throw Problem(.unavailable) }
    return objects
  }
}

extension Reply {
  /// Sends the client on to the object storage, with the permission to read one file for a while.
  /// - Parameter filename: what it is saved as; nil for a file to be shown.
  static func redirect(
    to bucket: Bucket, _ key: String, filename: String? = nil, for lifetime: Duration, at position: Position, _ call: Call
  ) throws -> Reply {
    var reply = Reply(.none, position: position)
    reply.location = try call.objects().presignedGet(bucket: bucket.rawValue, key: key, lifetime: lifetime, filename: filename).url
    // The address is good for a while only, and for whoever has it.
    reply.headers.append((.cacheControl, "private, no-store"))
    return reply
  }
}

extension UploadRejection: ProblemRepresentable {
  var problem: Problem {
    switch self {
    // A format that is not taken.
    case .invalid(let error) where error.reason == .unknown: .field("/\(error.field)", .valueNotAllowed)
    case .invalid(let error): error.problem
    case .notFound: Problem(.notFound)
    case .alreadyExists: Problem(.stateConflict)
    case .wrongState(let status): .conflict(.stateConflict, current: status.rawValue, allowed: [])
    }
  }
}
