public import EventSourcing
import Synchronization

/// Hands out single ids from blocks taken from the log, so that a new row does not cost a question each.
/// What a block still holds when the process ends is never used.
public final class IDBlocks: Sendable {
  private let log: any EventLog
  private let blockSize: Int
  private let blocks = Mutex<[String: Range<Int64>]>([:])

  public init(log: any EventLog, blockSize: Int = 128) {
    self.log = log
    self.blockSize = blockSize
  }

  /// The next id of a kind.
  public func next(_ kind: String) async throws -> Int64 {
    try await next(kind, count: 1)
  }

  /// The first of `count` consecutive ids of a kind.
  public func next(_ kind: String, count: Int) async throws -> Int64 {
    if let first = take(kind, count) { return first }
    let size = max(blockSize, count)
    let first = try await log.nextIDs(kind, count: size)
    let rest = first + Int64(count)..<first + Int64(size)
    // Of two blocks taken at once the larger rest is kept.
    blocks.withLock { if rest.count > $0[kind]?.count ?? 0 { $0[kind] = rest } }
    return first
  }

  private func take(_ kind: String, _ count: Int) -> Int64? {
    blocks.withLock { blocks in
      guard let block = blocks[kind], block.count >= count else { return nil }
      blocks[kind] = block.dropFirst(count)
      return block.lowerBound
    }
  }
}
