import CHiredis

/// What Redis answers ([RESP](https://redis.io/docs/latest/develop/reference/protocol-spec/), version 2). Error replies are thrown instead.
public enum RedisReply: Sendable, Hashable {
  /// A bulk or simple string.
  case bytes([UInt8])
  case integer(Int64)
  case array([RedisReply])
  case null

  /// The text; nil where it is no string, or not UTF-8.
  public var text: String? {
    guard case .bytes(let bytes) = self else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }

  /// The number; nil where it is none.
  public var int64: Int64? {
    guard case .integer(let number) = self else { return nil }
    return number
  }

  /// Copies what hiredis read.
  init(_ reply: redisReply) throws(RedisError) {
    switch reply.type {
    case REDIS_REPLY_INTEGER: self = .integer(reply.integer)
    case REDIS_REPLY_NIL: self = .null
    case REDIS_REPLY_ARRAY:
      var elements: [RedisReply] = []
      for index in 0..<reply.elements { elements.append(try RedisReply(reply.element[index]!.pointee)) }
      self = .array(elements)
    case REDIS_REPLY_ERROR: throw .refused(reply.text)
    default: self = .bytes(Array(UnsafeRawBufferPointer(start: reply.str, count: reply.len)))
    }
  }
}

extension redisReply {
  fileprivate var text: String { String(decoding: UnsafeRawBufferPointer(start: str, count: len), as: UTF8.self) }
}

/// Why a command has no answer. A command whose answer is missing may have been carried out.
public enum RedisError: Error, Sendable, Hashable {
  /// Redis is not there; the command was not sent.
  case notConnected
  /// The connection broke, or was given up, after the command was sent.
  case connectionLost(String)
  /// No answer came in time.
  case timedOut
  /// Redis said no, in its own words.
  case refused(String)
  /// `close()` was called.
  case closed
}
