import CArgon2
import NIOPosix
import Synchronization

/// Hashes and checks passwords with argon2id, on threads of its own: one hash takes tens of milliseconds and its memory, which must
/// not come from the threads that answer requests.
public final class PasswordHasher: Sendable {
  /// How much work one hash is ([OWASP](https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html)).
  public struct Parameters: Sendable, Hashable {
    /// Memory in KiB.
    public var memoryKiB: UInt32
    /// Passes over the memory.
    public var passes: UInt32
    /// Lanes.
    public var parallelism: UInt32

    /// 19 MiB, two passes, one lane.
    public init(memoryKiB: UInt32 = 19 * 1_024, passes: UInt32 = 2, parallelism: UInt32 = 1) {
      self.memoryKiB = memoryKiB
      self.passes = passes
      self.parallelism = parallelism
    }
  }

  /// Why a password was neither hashed nor checked.
  public enum Failure: Error {
    /// As many as may wait are waiting.
    case tooManyWaiting
    /// libargon2's code, such as for memory it could not get.
    case argon2(code: Int32)
  }

  private let parameters: Parameters
  private let threads: NIOThreadPool
  private let waiting: Atomic<Int>
  private let maximumWaiting: Int
  /// What a password for an unknown account is checked against, so that it takes as long as for a known one.
  private let decoy: String

  /// Starts the threads.
  /// - Parameters:
  ///   - threadCount: how many hashes may run at once; each needs the parameters' memory.
  ///   - maximumWaiting: more requests than this at once are refused.
  public init(_ parameters: Parameters = Parameters(), threadCount: Int = 2, maximumWaiting: Int = 64) throws {
    // What can throw comes before the first property: Swift 6.3.1's optimiser fails on undoing an initialised `Atomic`.
    decoy = try Self.hash("no account has this password", parameters)
    self.parameters = parameters
    self.maximumWaiting = maximumWaiting
    threads = NIOThreadPool(numberOfThreads: threadCount)
    waiting = Atomic(0)
    threads.start()
  }

  deinit {
    threads.shutdownGracefully { _ in }
  }

  /// The hash of a password in PHC string form, with its salt and parameters.
  /// - Throws: `Failure`.
  public func hash(_ password: String) async throws -> String {
    let parameters = parameters
    return try await run { try Self.hash(password, parameters) }
  }

  /// Whether a password fits a hash. A nil hash (an unknown account) takes the same time and never fits.
  /// - Throws: `Failure`.
  public func verify(_ password: String, against hash: String?) async throws -> Bool {
    // A hash that argon2 cannot read would be answered at once and so give the account away.
    let usable = hash.flatMap { $0.hasPrefix("$argon2id$") ? $0 : nil }
    let wanted = usable ?? decoy
    let bytes = Array(password.utf8)
    let fits = try await run { argon2id_verify(wanted, bytes, bytes.count) == ARGON2_OK.rawValue }
    return fits && usable != nil
  }

  private func run<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    guard waiting.add(1, ordering: .relaxed).newValue <= maximumWaiting else {
      waiting.subtract(1, ordering: .relaxed)
      throw Failure.tooManyWaiting
    }
    defer { waiting.subtract(1, ordering: .relaxed) }
    return try await threads.runIfActive(work)
  }

  private static func hash(_ password: String, _ parameters: Parameters) throws -> String {
    let bytes = Array(password.utf8)
    var random = SystemRandomNumberGenerator()
    let salt = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    var encoded = [CChar](repeating: 0, count: 256)
    let code = argon2id_hash_encoded(
      parameters.passes, parameters.memoryKiB, parameters.parallelism, bytes, bytes.count, salt, salt.count, 32, &encoded, encoded.count)
    guard code == ARGON2_OK.rawValue else { throw Failure.argon2(code: code) }
    return String(decoding: encoded.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

extension PasswordHasher.Failure: ProblemRepresentable {
  var problem: Problem {
    switch self {
    case .tooManyWaiting: Problem(.busy)
    case .argon2: Problem(.unavailable)
    }
  }
}
