import Crypto
import EventSourcing
import Glibc
import HTTPTypes
import JSON
import NIOCore

/// Answers that are the same for whoever may have them, kept for a few seconds. Each is stamped with the position it is true at, so that who
/// has written, and asks for at least that position, is never shown what was before.
struct AnswerCache: Sendable {
  let caches: Caches
  /// How long an answer is shown again; 0 for never.
  let seconds: Int

  /// The kept answer, or a new one, which is then kept. `Cache-Status` (RFC 9211) tells which it is, and `Age` how old.
  func reply(_ call: Call, of side: ReadSide, _ make: (Call) async throws -> Reply) async throws -> Reply {
    guard seconds > 0, let cache = caches.cache(of: side) else { return try await make(call) }
    let key = Self.key(call)
    let wanted = try call.minimumPosition()
    let refusesKept = call.head.headerFields[.cacheControl].map { $0.contains("no-cache") || $0.contains("no-store") } ?? false
    var reason = "request"
    if !refusesKept {
      do {
        let text = try await cache.value(key)
        let now = Self.now()
        if let kept = text.flatMap(KeptAnswer.init(text:)), kept.reply.position.map({ $0 >= wanted ?? .start }) ?? false {
          var reply = kept.reply
          let age = max(0, now - kept.madeAt)
          reply.headers.append((.age, String(age)))
          reply.headers.append((.cacheStatus, "comptoir; hit; ttl=\(seconds - age)"))
          return reply
        }
        reason = text == nil ? "uri-miss" : "stale"
      } catch {
        // Without the cache everything is as right as with it; that it is away is in the log.
        reason = "bypass"
      }
    }
    var reply = try await make(call)
    var isStored = false
    if reason != "bypass", let kept = KeptAnswer(reply, madeAt: Self.now()) {
      do {
        try await cache.store(kept.text, as: key, seconds: seconds)
        isStored = true
      } catch {
        // The answer does without, says so, and the failure is in the log.
      }
    }
    reply.headers.append((.cacheStatus, "comptoir; fwd=\(reason)\(isStored ? "; stored" : "")"))
    return reply
  }

  /// What is asked for: website, path and parameters, as they came.
  private static func key(_ call: Call) -> String {
    var hash = SHA256()
    hash.update(data: Array("\(call.websiteID.map { "\($0)" } ?? "-")\n\(call.head.path ?? call.path)".utf8))
    return "answer:" + hash.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private static func now() -> Int { time(nil) }
}

/// An answer as it is kept: a line of JSON with what belongs to its head, then the body.
private struct KeptAnswer {
  var reply: Reply
  /// Seconds since 1970.
  var madeAt: Int

  /// Nil for what is not kept: an answer without a position or with a status of its own.
  init?(_ reply: Reply, madeAt: Int) {
    guard reply.status == nil, reply.position != nil, reply.location == nil, reply.contentType == nil else { return nil }
    self.reply = reply
    self.madeAt = madeAt
  }

  /// Nil for what another version of the program wrote: it counts as stale and is written anew.
  init?(text: String) {
    guard let end = text.utf8.firstIndex(of: UInt8(ascii: "\n")), let head = try? JSONValue(parsing: Array(text.utf8[..<end])),
      let position = head["position"]?.int64Value, let madeAt = head["made_at"]?.int64Value
    else { return nil }
    reply = Reply(.bytes(Array(text.utf8[text.utf8.index(after: end)...])), position: Position(position))
    reply.etag = head["etag"]?.stringValue
    if let link = head["link"]?.stringValue { reply.headers.append((.link, link)) }
    self.madeAt = Int(madeAt)
  }

  var text: String {
    let head = JSONWriter.object { json in
      json.field("position", reply.position?.rawValue ?? 0)
      json.field("made_at", Int64(madeAt))
      if let etag = reply.etag { json.field("etag", etag) }
      if let link = reply.headers.first(where: { $0.0 == .link })?.1 { json.field("link", link) }
    }
    let body: String =
      switch reply.body {
      case .none: ""
      case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
      case .buffer(let buffer): String(buffer: buffer)
      }
    return String(decoding: head, as: UTF8.self) + "\n" + body
  }
}

extension HTTPField.Name {
  static let age = HTTPField.Name("Age")!
  static let cacheStatus = HTTPField.Name("Cache-Status")!
}

extension Route {
  /// The same, and its answer, which must not depend on who asks, is kept for a few seconds by the gateway. What everybody may read is also
  /// kept by whoever lies between, and by the client: for a minute, and shown for half of one more while it is asked for anew.
  func cached(in side: @escaping @Sendable (GatewayServices) -> ReadSide) -> Route {
    var route = self
    let make = answer
    route.answer = { call in
      var reply = try await call.services.answers.reply(call, of: side(call.services), make)
      if call.caller == nil {
        reply.headers.append((.cacheControl, "public, max-age=60, stale-while-revalidate=30"))
        reply.headers.append((.vary, "Accept-Language, Accept-Encoding, Comptoir-Website"))
      }
      return reply
    }
    return route
  }
}

extension [Route] {
  /// Those that read what does not depend on who asks, all `cached`.
  func cached(in side: @escaping @Sendable (GatewayServices) -> ReadSide) -> [Route] { map { $0.cached(in: side) } }
}
