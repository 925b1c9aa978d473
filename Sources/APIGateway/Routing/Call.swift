import Aggregates
import Crypto
import EventSourcing
import FoundationEssentials
import HTTPTypes
import JSON
import NIOCore
import ProcessManagers

/// One request on its way through a route.
struct Call: Sendable {
  let services: GatewayServices
  let head: HTTPRequest
  let requestID: String
  /// Nil on routes for everyone when no token came.
  let caller: Caller?
  /// The website that the host belongs to, or that a member of staff named; nil for the platform itself.
  let websiteID: WebsiteID?
  /// Where the client is, on the network; nil when that cannot be known.
  let address: String?
  let pathValues: [(name: String, value: String)]
  let query: [(name: String, value: String)]
  /// The path alone, as it came.
  let path: String
  let body: ByteBuffer?
  let idempotencyRule: IdempotencyRule

  /// The user who asks; only on routes that demand a token.
  var user: Caller {
    guard let caller else { preconditionFailure("a route for everyone asked for its caller") }
    return caller
  }

  /// What the caller may do now; only on routes that demand a token.
  func rights() async throws -> Standing { try await services.standings.standing(of: user) }

  /// The body as a tree; an empty object when there is none and none is needed.
  func jsonBody(isRequired: Bool) throws -> JSONValue {
    guard let body, body.readableBytes > 0 else {
      if isRequired { throw Problem(.missingBody) }
      return .object([])
    }
    return try body.withUnsafeReadableBytes { raw in
      let bytes = raw.bindMemory(to: UInt8.self)
      do {
        return try JSONValue(parsing: bytes)
      } catch let error as JSONError where error.reason == .nulCharacter {
        // Read without that rule, the field says itself what is wrong with it.
        return try JSONValue(parsing: bytes, strict: false)
      }
    }
  }

  // MARK: Commands

  /// The first of `count` consecutive row ids of a kind.
  func nextID(_ kind: String, count: Int = 1) async throws -> Int64 {
    try await services.ids.next(kind, count: count)
  }

  /// Where events say they come from.
  var context: CommandContext {
    CommandContext(
      correlationID: UUID(uuidString: requestID) ?? UUID(namespace: Self.requestNamespace, name: requestID), causationID: nil,
      actor: caller?.actor, traceparent: Traceparent.valid(head.headerFields[.traceparent]))
  }

  /// The space of correlation ids made from request ids that are no UUIDs.
  private static let requestNamespace = UUID(uuidString: "b2c0d8a6-3b5e-4f0e-8c55-7d5b0f0c9a41")!

  /// Carries a command out under the client's key, or for once when there is none.
  func execute<C: Command>(_ command: C) async throws -> CommandOutcome<C.Answer> {
    let (id, idempotency) = try commandIdentity()
    return try await services.executor.execute(command, id: id, idempotency: idempotency, context: context)
  }

  /// The command id of this request, and how a repetition is recognised.
  func commandIdentity() throws -> (CommandID, Idempotency) {
    guard idempotencyRule != .none, let key = try idempotencyKey() else { return (CommandID(), .derived) }
    return (
      CommandID(caller: caller?.actor ?? "anonymous", key: key),
      .client(requestHash: requestHash(), keep: services.configuration.idempotencyRetention)
    )
  }

  /// The client's key: 1 to 255 visible characters.
  func idempotencyKey() throws -> String? {
    guard let key = head.headerFields[.idempotencyKey] else { return nil }
    guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
      throw Problem(.invalidHeader, errors: [FieldProblem("Idempotency-Key", .invalidFormat, limit: "1–255 visible ASCII characters")])
    }
    return key
  }

  /// SHA-256 over method, path, body, and the website that is asked: the same request means another thing elsewhere.
  private func requestHash() -> [UInt8] {
    var hash = SHA256()
    hash.update(data: Array("\(head.method.rawValue)\n\(path)\n".utf8))
    body?.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
    if let websiteID { hash.update(data: Array("\nwebsite \(websiteID)".utf8)) }
    return Array(hash.finalize())
  }

  // MARK: Preconditions

  /// The version that `If-Match` names; nil for `*`. Only on routes that declare the precondition, where the header is there.
  func expectedVersion() throws -> StreamVersion? {
    guard let header = head.headerFields[.ifMatch] else { throw Problem(.preconditionRequired) }
    if header == "*" { return nil }
    guard let version = ETag.version(header) else {
      throw Problem(.invalidHeader, errors: [FieldProblem("If-Match", .invalidFormat, limit: "\"v17\"")])
    }
    return version
  }

  /// `Prefer: wait=n` in seconds, at most the configured limit; nil when not asked for.
  var preferredWait: Duration? {
    guard let header = head.headerFields[.prefer], let seconds = Preference.waitSeconds(header) else { return nil }
    return min(.seconds(seconds), services.configuration.maximumWait)
  }
}

/// [W3C Trace Context](https://www.w3.org/TR/trace-context/), version 00.
enum Traceparent {
  /// The header when it is well formed; anything else is ignored, as the specification asks.
  static func valid(_ header: String?) -> String? {
    guard let header, header.utf8.count == 55 else { return nil }
    for (index, byte) in header.utf8.enumerated() {
      let isDash = index == 2 || index == 35 || index == 52
      let isHex = (48...57).contains(byte) || (97...102).contains(byte)
      guard isDash ? byte == UInt8(ascii: "-") : isHex else { return nil }
    }
    return header
  }
}

/// `Prefer` ([RFC 7240](https://www.rfc-editor.org/rfc/rfc7240)).
enum Preference {
  static func waitSeconds(_ header: String) -> Int64? {
    for part in header.split(separator: ",") {
      let token = part.filter { $0 != " " }.lowercased()
      if token.hasPrefix("wait="), let seconds = Int64(token.dropFirst(5)), seconds >= 0 { return min(seconds, 3_600) }
    }
    return nil
  }
}

/// Entity tags (RFC 9110, section 8.8.3).
enum ETag {
  /// Of the bare representation of one aggregate.
  static func strong(_ version: StreamVersion) -> String { "\"v\(version)\"" }

  /// Of any other representation: the position it is true at. `variant` tells apart what one address can show.
  static func weak(_ position: Position, variant: String = "") -> String { "W/\"p\(position)\(variant)\"" }

  /// The version in a strong tag of ours.
  static func version(_ tag: String) -> StreamVersion? {
    guard tag.hasPrefix("\"v"), tag.hasSuffix("\""), let number = Int64(tag.dropFirst(2).dropLast()), number > 0 else { return nil }
    return StreamVersion(number)
  }

  /// Whether `If-None-Match` names a tag; weak comparison.
  static func matches(_ header: String, _ tag: String) -> Bool {
    if header == "*" { return true }
    func bare(_ tag: some StringProtocol) -> String { String(tag.hasPrefix("W/") ? tag.dropFirst(2) : tag[...]) }
    let wanted = bare(tag)
    return header.split(separator: ",").contains { bare($0.drop { $0 == " " }) == wanted }
  }
}
