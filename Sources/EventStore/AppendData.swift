import EventSourcing

/// What no log takes, found before it is sent: PostgreSQL would take some of it, and find the rest only by splitting a group.
extension Append {
  /// What is wrong with the data; nil when nothing is. That a payload is well-formed JSON is left to PostgreSQL.
  var dataDefect: String? {
    if streams.count > 1, Set(streams.map(\.stream)).count < streams.count { return "a stream occurs twice" }
    if claims.count > 1, Set(claims.map(\.key)).count < claims.count { return "a claim occurs twice" }
    for part in streams {
      if let defect = part.stream.rawValue.nameDefect { return defect }
      for event in part.events {
        if let defect = event.type.nameDefect ?? event.subject?.rawValue.nameDefect { return defect }
        if !(1...Int(Int16.max)).contains(event.schemaVersion) { return "a schema version is out of range" }
        if let defect = JSONText.defect(of: event.payload) { return defect }
      }
    }
    for claim in claims {
      if let defect = claim.key.nameDefect ?? claim.owner.rawValue.nameDefect { return defect }
    }
    for timer in timers {
      switch timer {
      case .set(let name, _, let payload):
        if let defect = name.nameDefect ?? JSONText.defect(of: payload) { return defect }
      case .cancel(let name, _):
        if let defect = name.nameDefect { return defect }
      }
    }
    return context.actor?.nameDefect ?? context.traceparent?.nameDefect
  }
}

extension ClaimChange {
  var key: String {
    switch self {
    case .take(let key, _), .release(let key, _): key
    }
  }

  var owner: StreamName {
    switch self {
    case .take(_, let owner), .release(_, let owner): owner
    }
  }
}

extension String {
  fileprivate var nameDefect: String? {
    isEmpty || utf8.contains(0) ? "a name is empty or holds U+0000" : nil
  }
}

/// What PostgreSQL's `json` takes and its `jsonb` does not: escapes of U+0000 and of lone surrogates. Events that hold them could
/// be written and never be looked into.
enum JSONText {
  static func defect(of json: [UInt8]) -> String? {
    json.withUnsafeBufferPointer { json in
      guard let first = json.first(where: { !isSpace($0) }), first == UInt8(ascii: "{") else { return "a payload is no JSON object" }
      var index = 0
      while let backslash = json[index...].firstIndex(of: UInt8(ascii: "\\")) {
        guard backslash + 1 < json.count else { return "a payload ends within an escape" }
        index = backslash + 2
        guard json[backslash + 1] == UInt8(ascii: "u") else { continue }
        guard let unit = hexadecimal(json, at: index) else { return "a payload holds a broken escape" }
        index += 4
        switch unit {
        case 0: return "a payload holds U+0000"
        case 0xD800..<0xDC00:
          guard index + 1 < json.count, json[index] == UInt8(ascii: "\\"), json[index + 1] == UInt8(ascii: "u"),
            let low = hexadecimal(json, at: index + 2), (0xDC00..<0xE000).contains(low)
          else { return "a payload holds a lone surrogate" }
          index += 6
        case 0xDC00..<0xE000: return "a payload holds a lone surrogate"
        default: break
        }
      }
      return nil
    }
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0A).contains(byte) || byte == 0x0D
  }

  private static func hexadecimal(_ json: UnsafeBufferPointer<UInt8>, at start: Int) -> UInt32? {
    guard start + 4 <= json.count else { return nil }
    var value: UInt32 = 0
    for byte in json[start..<start + 4] {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
      default: return nil
      }
    }
    return value
  }
}
