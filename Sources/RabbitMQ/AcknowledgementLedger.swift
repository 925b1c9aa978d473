/// Which deliveries of a channel are acknowledged, and the fewest words that tell the broker so.
///
/// Deliveries are numbered from 1 without a gap. What is acknowledged without a gap since the last word goes as one acknowledgement "up to";
/// what lies behind a gap goes one by one, so that a slow message holds none of the others in the prefetch window.
struct AcknowledgementLedger {
  /// An acknowledgement to send.
  struct Word: Equatable {
    let tag: UInt64
    /// Whether all before it are meant as well.
    let upTo: Bool
  }

  /// The oldest delivery that is not settled.
  private var floor: UInt64 = 1
  /// Settled ones above the floor.
  private var settled: Set<UInt64> = []
  /// The newest delivery.
  private var newest: UInt64 = 0

  /// Deliveries that are not settled.
  var outstanding: Int { Int(newest + 1 - floor) - settled.count }

  mutating func delivered(_ tag: UInt64) { newest = max(newest, tag) }

  /// Settles a rejection; false if that delivery is settled or unknown.
  mutating func reject(_ tag: UInt64) -> Bool {
    guard tag >= floor, tag <= newest, settled.insert(tag).inserted else { return false }
    raiseFloor()
    return true
  }

  /// Settles deliveries. Those that are settled already, or unknown, are left out.
  mutating func acknowledge(_ tags: some Sequence<UInt64>) -> [Word] {
    var fresh = Set<UInt64>()
    for tag in tags where tag >= floor && tag <= newest && !settled.contains(tag) { fresh.insert(tag) }
    settled.formUnion(fresh)
    let start = floor
    raiseFloor()
    var words: [Word] = []
    // The broker must not know the number named as settled already: hence the highest fresh one below the new floor.
    let below = fresh.filter { $0 < floor }
    if let last = below.max() { words.append(Word(tag: last, upTo: below.count > 1 || last > start)) }
    for tag in fresh.subtracting(below).sorted() { words.append(Word(tag: tag, upTo: false)) }
    return words
  }

  private mutating func raiseFloor() {
    while settled.remove(floor) != nil { floor += 1 }
  }
}
