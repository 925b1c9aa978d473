import Crypto
public import FoundationEssentials
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

extension UUID {
  /// A name-based id: the same name in the same namespace always gives the same id.
  ///
  /// Version 5 (SHA-1) of [RFC 9562, section 5.5](https://www.rfc-editor.org/rfc/rfc9562#section-5.5).
  /// - Parameters:
  ///   - namespace: the id of the space in which the name is unique.
  ///   - name: the bytes of the name.
  public init(namespace: UUID, name: some Sequence<UInt8>) {
    var hash = Insecure.SHA1()
    withUnsafeBytes(of: namespace.uuid) { hash.update(bufferPointer: $0) }
    hash.update(data: Array(name))
    var bytes = Array(hash.finalize().prefix(16))
    bytes[6] = bytes[6] & 0x0F | 0x50
    bytes[8] = bytes[8] & 0x3F | 0x80
    self = bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
  }

  /// A name-based id of a text.
  public init(namespace: UUID, name: String) {
    self.init(namespace: namespace, name: name.utf8)
  }
}

extension UUID {
  /// A random id, version 4 of the same RFC, from the system's source of randomness.
  ///
  /// `UUID()` opens and closes `/dev/urandom` each time on Linux, and even one system call an id was a fifth of what an append costs its
  /// process. So random bytes are drawn by the page, and each is given out once.
  package static func random() -> UUID {
    var bytes = RandomPage.shared.withLock { $0.next() }
    bytes.6 = bytes.6 & 0x0F | 0x40
    bytes.8 = bytes.8 & 0x3F | 0x80
    return UUID(uuid: bytes)
  }
}

/// Random bytes, drawn ahead.
private struct RandomPage {
  static let shared = Mutex(RandomPage())
  /// As many as getentropy(3) gives at once: 256 bytes.
  private static let words = 32

  private var words: [UInt64] = []

  mutating func next() -> uuid_t {
    if words.isEmpty { draw() }
    let pair = (words.removeLast(), words.removeLast())
    return withUnsafeBytes(of: pair) { $0.loadUnaligned(as: uuid_t.self) }
  }

  private mutating func draw() {
    words = Array(unsafeUninitializedCapacity: Self.words) { buffer, count in
      let status = getentropy(buffer.baseAddress, Self.words * MemoryLayout<UInt64>.size)
      precondition(status == 0, "the system gives no random bytes")
      count = Self.words
    }
  }
}

/// The identity of a command. The same id is carried out at most once, however often it is sent.
public struct CommandID: Hashable, Sendable, CustomStringConvertible {
  public let uuid: UUID

  public init(_ uuid: UUID) {
    self.uuid = uuid
  }

  /// A fresh id, for a command that nobody will send again.
  public init() {
    uuid = .random()
  }

  /// The namespace of ids made from a client's key, and of ids made from what caused a command.
  private static let namespace = UUID(uuidString: "6f9b1a34-5a1c-4e0e-9a57-0f8e3c7d2b10")!

  /// The id of a client's command: the caller and the key he chose.
  public init(caller: String, key: String) {
    uuid = UUID(namespace: Self.namespace, name: "client\u{1F}\(caller)\u{1F}\(key)")
  }

  /// The id of a command that follows from something already recorded (a message, a timer, an imported row):
  /// the same cause always gives the same id, so that a redelivery changes nothing.
  public init(derivedFrom cause: String, purpose: String) {
    uuid = UUID(namespace: Self.namespace, name: "derived\u{1F}\(purpose)\u{1F}\(cause)")
  }

  /// The id of the event at an index of this command's events, counted from 0 over all its streams.
  public func eventID(at index: Int) -> UUID {
    UUID(namespace: uuid, name: String(index))
  }

  public var description: String { uuid.uuidString.lowercased() }
}

/// 16 random bytes drawn by each run of a decision and stored with its events.
///
/// A later decision that was made on the predicted outcome of an earlier one names its token, so it is refused
/// when other events than the predicted ones took that place. Event ids cannot serve: a command decided twice repeats them.
public struct DecisionToken: Hashable, Sendable {
  public let uuid: UUID

  public init(_ uuid: UUID) {
    self.uuid = uuid
  }

  /// A random token.
  public init() {
    uuid = .random()
  }
}
