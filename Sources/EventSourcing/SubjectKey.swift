import Crypto
import FoundationEssentials

/// The key that encrypts what is personal about one subject. Destroying it makes those fields unreadable for ever.
public struct SubjectKey: Sendable, Hashable {
  private let key: SymmetricKey

  /// - Parameter bytes: 32 bytes.
  public init(bytes: [UInt8]) {
    precondition(bytes.count == 32, "a subject key has 32 bytes")
    key = SymmetricKey(data: bytes)
  }

  /// A random key.
  public static func random() -> SubjectKey {
    SubjectKey(bytes: SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) })
  }

  /// The 32 bytes, to be stored.
  public var bytes: [UInt8] {
    key.withUnsafeBytes { Array($0) }
  }

  /// Encrypts with AES-256-GCM under a random nonce: nonce (12 bytes), ciphertext, tag (16 bytes).
  /// - Parameter context: authenticated but not stored; opening needs the same.
  public func seal(_ plain: [UInt8], context: String) -> [UInt8] {
    do {
      return Array(try AES.GCM.seal(plain, using: key, authenticating: Array(context.utf8)).combined!)
    } catch {
      preconditionFailure("AES-GCM with a 256-bit key and a random nonce cannot fail: \(error)")
    }
  }

  /// Decrypts what `seal` made; nil when it was altered or the key or context is another one.
  public func open(_ sealed: [UInt8], context: String) -> [UInt8]? {
    guard let box = try? AES.GCM.SealedBox(combined: sealed) else { return nil }
    return (try? AES.GCM.open(box, using: key, authenticating: Array(context.utf8))).map { Array($0) }
  }

  public static func == (left: SubjectKey, right: SubjectKey) -> Bool {
    left.bytes == right.bytes
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(bytes)
  }
}
