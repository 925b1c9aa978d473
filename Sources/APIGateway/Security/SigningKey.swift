import Crypto
import FoundationEssentials
import JWTKit

#if canImport(Glibc)
import Glibc
#endif

/// The private key that signs access tokens (ES256: ECDSA over P-256).
public struct SigningKey: Sendable {
  let privateKey: ES256PrivateKey
  /// Names the key in tokens: the start of SHA-256 over its public part.
  public let id: String

  /// Why a key could not be had.
  public enum LoadError: Error, CustomStringConvertible {
    /// The file is there, but holds no PEM of a P-256 private key, or cannot be read.
    case unreadable(path: String)
    /// The file is not there and cannot be made.
    case notWritable(path: String)

    /// One line for whoever starts the program.
    public var description: String {
      switch self {
      case .unreadable(let path): "the signing key \(path) holds no readable P-256 private key in PEM"
      case .notWritable(let path): "the signing key \(path) cannot be written"
      }
    }
  }

  /// A fresh key that nobody else has.
  public init() {
    self.init(privateKey: ES256PrivateKey())
  }

  private init(privateKey: ES256PrivateKey) {
    self.privateKey = privateKey
    id = Base64URL.encode(Array(Array(SHA256.hash(data: Array(privateKey.publicKey.pemRepresentation.utf8))).prefix(12)))
  }

  /// Reads a key from a PEM file; makes the file, readable by its owner alone, when it is not there.
  ///
  /// Several processes may do so at once: the first file stays and all read it.
  /// - Throws: `LoadError`.
  public init(file path: String) throws {
    if let key = try Self.read(path) {
      self = key
      return
    }
    let fresh = SigningKey()
    let temporary = "\(path).\(getpid())"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    guard descriptor >= 0 else { throw LoadError.notWritable(path: path) }
    let bytes = Array((fresh.privateKey.pemRepresentation + "\n").utf8)
    let written = write(descriptor, bytes, bytes.count)
    fsync(descriptor)
    close(descriptor)
    guard written == bytes.count else {
      unlink(temporary)
      throw LoadError.notWritable(path: path)
    }
    // A link fails when another process has been faster; then its key counts.
    _ = link(temporary, path)
    unlink(temporary)
    guard let key = try Self.read(path) else { throw LoadError.notWritable(path: path) }
    self = key
  }

  /// Nil when there is no file.
  private static func read(_ path: String) throws -> SigningKey? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    guard let data = FileManager.default.contents(atPath: path), let key = try? ES256PrivateKey(pem: data) else {
      throw LoadError.unreadable(path: path)
    }
    return SigningKey(privateKey: key)
  }
}
