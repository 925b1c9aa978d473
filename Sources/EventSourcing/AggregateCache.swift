/// States of streams in memory: for each the newest one known to be in the log, and the one predicted from appends under way.
///
/// Two generations bound it: when the young one is full it becomes the old one, and what was not asked for since then is dropped.
final class AggregateCache {
  /// Tells one loading of a stream from the next, so that a late failure does not throw away a state that was loaded after it.
  struct Baseline: Hashable {
    fileprivate let number: UInt64
  }

  private struct Entry {
    /// Nil when only a prediction is known.
    var committed: LoadedStream?
    var predicted: LoadedStream?
    var baseline: Baseline
  }

  private var young: [StreamName: Entry] = [:]
  private var old: [StreamName: Entry] = [:]
  private let halfCapacity: Int
  private var baselines: UInt64 = 0

  init(capacity: Int) {
    halfCapacity = max(1, capacity / 2)
  }

  /// Whether nothing at all is known of a stream.
  func isUnknown(_ stream: StreamName) -> Bool {
    entry(stream) == nil
  }

  /// The state a new decision builds on; nil when the stream must be loaded first.
  func predicted(_ stream: StreamName) -> LoadedStream? {
    entry(stream)?.predicted
  }

  /// The newest state known to be in the log; nil when nothing is known.
  func committed(_ stream: StreamName) -> LoadedStream? {
    entry(stream)?.committed
  }

  /// A stream was loaded.
  func loaded(_ stream: StreamName, _ state: LoadedStream) {
    if let known = entry(stream) {
      // Others loaded it meanwhile and may have built on it.
      guard known.predicted == nil, state.version >= known.committed?.version ?? .none else { return }
    }
    store(stream, freshEntry(committed: state))
  }

  /// A stream was read while nobody could write to it.
  /// - Returns: whether others have written to it since this process last knew its state.
  func renew(_ stream: StreamName, _ state: LoadedStream) -> Bool {
    let known = committed(stream)
    // Whatever still waits was decided on an older state, or will be judged after what is decided now.
    store(stream, freshEntry(committed: state))
    return known.map { $0.version < state.version } ?? false
  }

  /// An append is on its way that leads to a state.
  func predict(_ stream: StreamName, _ state: LoadedStream) -> Baseline {
    // It was never loaded when it was taken for new, or has been dropped meanwhile because a command needs more streams than
    // there is room for.
    var known = entry(stream) ?? freshEntry(committed: nil)
    known.predicted = state
    store(stream, known)
    return known.baseline
  }

  /// An append was accepted.
  func confirm(_ stream: StreamName, _ state: LoadedStream, _ baseline: Baseline) {
    guard var known = entry(stream), state.version > known.committed?.version ?? .none else { return }
    known.committed = state
    // The prediction may have been forgotten because of a later append's failure; then the stream is loaded on from here.
    store(stream, known)
  }

  /// An append on this prediction failed, so nothing may build on it any more.
  func forgetPrediction(_ stream: StreamName, ifStill baseline: Baseline? = nil) {
    guard var known = entry(stream), baseline == nil || known.baseline == baseline else { return }
    known.predicted = nil
    store(stream, known)
  }

  private func freshEntry(committed state: LoadedStream?) -> Entry {
    baselines += 1
    return Entry(committed: state, predicted: state, baseline: Baseline(number: baselines))
  }

  private func entry(_ stream: StreamName) -> Entry? {
    if let found = young[stream] { return found }
    guard let found = old.removeValue(forKey: stream) else { return nil }
    store(stream, found)
    return found
  }

  private func store(_ stream: StreamName, _ entry: Entry) {
    young[stream] = entry
    if young.count > halfCapacity {
      old = young
      young = [:]
    }
  }
}
