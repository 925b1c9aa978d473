/// The commands of one process that wait for its next turn to write (`EventLog.takeTurn`), and the streams for which turns are taken.
///
/// A stream is contended from when a command was overtaken on it repeatedly until turns find nothing new on it.
struct TurnQueue {
  /// Everybody waits for a turn, so what it may decide and read is bounded; what is left waits for the next one.
  enum Limit {
    static let commands = 256
    static let streams = 128
    /// New events of one stream; beyond it the stream is loaded outside of the turn.
    static let events = 1_000
  }

  /// A command that waits.
  struct Waiting: Sendable {
    /// What must be read in the turn, at most `Limit.streams`.
    let streams: [StreamFetch]
    /// Decides in the turn and hands over.
    let decide: @Sendable (Deciding) -> Void
    /// There was no turn.
    let giveUp: @Sendable () -> Void
  }

  /// A turn that is asked for: what it reads, and from which states on.
  struct Request: Sendable {
    fileprivate(set) var reads: [StreamName: (fetch: StreamFetch, baseline: LoadedStream?)] = [:]

    var tails: [StreamTail] {
      reads.map { StreamTail($0, after: $1.baseline?.version ?? .none) }
    }
  }

  private var waiting: [Waiting] = []
  private var isUnderWay = false
  /// With the number of turns in a row that found nothing new.
  private var contended: [StreamName: Int] = [:]

  /// Another writer may just have been slow to come back, so one turn without news does not say that there is none.
  private static let quietTurns = 3
  /// Beyond it all are forgotten, which costs those that still are contended one more conflict.
  private static let maximumContended = 10_000

  // MARK: Contended streams

  mutating func markContended(_ stream: StreamName) {
    if contended.count >= Self.maximumContended { contended = [:] }
    contended[stream] = 0
  }

  var hasContended: Bool { !contended.isEmpty }

  func isContended(_ stream: StreamName) -> Bool { contended[stream] != nil }

  /// A turn has read the stream.
  mutating func note(_ stream: StreamName, hasNews: Bool) {
    guard let quiet = contended[stream] else { return }
    if hasNews {
      contended[stream] = 0
    } else {
      contended[stream] = quiet + 1 < Self.quietTurns ? quiet + 1 : nil
    }
  }

  // MARK: Waiting

  /// - Returns: whether somebody has to begin taking turns.
  mutating func add(_ command: Waiting) -> Bool {
    waiting.append(command)
    defer { isUnderWay = true }
    return !isUnderWay
  }

  /// What the next turn must read; nil when nobody waits, and then turns are over.
  mutating func nextRequest(_ cache: AggregateCache) -> Request? {
    var request = Request()
    for command in waiting.prefix(Limit.commands) {
      let new = command.streams.filter { request.reads[$0.stream] == nil }
      if request.reads.count + new.count > Limit.streams { break }
      for fetch in new { request.reads[fetch.stream] = (fetch, cache.committed(fetch.stream)) }
    }
    isUnderWay = !waiting.isEmpty
    return isUnderWay ? request : nil
  }

  /// The commands for which everything is read, those too that came after the turn was asked for.
  mutating func take(_ request: Request) -> [Waiting] {
    var taken: [Waiting] = []
    var left: [Waiting] = []
    for command in waiting {
      if taken.count < Limit.commands, command.streams.allSatisfy({ request.reads[$0.stream] != nil }) {
        taken.append(command)
      } else {
        left.append(command)
      }
    }
    waiting = left
    return taken
  }
}
