import Testing

@testable import RabbitMQ

@Suite struct AcknowledgementLedgerTests {
  private typealias Word = AcknowledgementLedger.Word

  /// A ledger that an expectation may change.
  private final class Box {
    private var ledger = AcknowledgementLedger()
    var outstanding: Int { ledger.outstanding }
    func delivered(_ tag: UInt64) { ledger.delivered(tag) }
    func reject(_ tag: UInt64) -> Bool { ledger.reject(tag) }
    func acknowledge(_ tags: some Sequence<UInt64>) -> [AcknowledgementLedger.Word] { ledger.acknowledge(tags) }
  }

  private func ledger(_ count: UInt64) -> Box {
    let ledger = Box()
    for tag in 1...count { ledger.delivered(tag) }
    return ledger
  }

  @Test func `deliveries without a gap go as one word`() {
    let ledger = ledger(10)
    #expect(ledger.acknowledge([3, 1, 2, 4]) == [Word(tag: 4, upTo: true)])
    #expect(ledger.outstanding == 6)
  }

  @Test func `a single delivery in order goes by itself`() {
    let ledger = ledger(2)
    #expect(ledger.acknowledge([1]) == [Word(tag: 1, upTo: false)])
    #expect(ledger.acknowledge([2]) == [Word(tag: 2, upTo: false)])
  }

  @Test func `what lies behind a gap goes one by one, and the gap's end does not name it again`() {
    let ledger = ledger(6)
    #expect(ledger.acknowledge([1, 3, 5]) == [Word(tag: 1, upTo: false), Word(tag: 3, upTo: false), Word(tag: 5, upTo: false)])
    // 3 is settled: "up to 3" would be an error to the broker; "up to 2" is not.
    #expect(ledger.acknowledge([2]) == [Word(tag: 2, upTo: false)])
    #expect(ledger.acknowledge([4, 6]) == [Word(tag: 6, upTo: true)])
    #expect(ledger.outstanding == 0)
  }

  @Test func `twice is once, and an unknown number is left out`() {
    let ledger = ledger(2)
    #expect(ledger.acknowledge([1, 1, 9]) == [Word(tag: 1, upTo: false)])
    #expect(ledger.acknowledge([1]) == [])
    #expect(!ledger.reject(1))
    #expect(!ledger.reject(3))
  }

  @Test func `a rejection closes a gap without being acknowledged`() {
    let ledger = ledger(3)
    #expect(ledger.reject(1))
    #expect(!ledger.reject(1))
    #expect(ledger.acknowledge([2, 3]) == [Word(tag: 3, upTo: true)])
  }

  @Test func `a random order of acknowledgements and rejections settles each delivery exactly once at the broker`() {
    for seed in 1...50 as ClosedRange<UInt64> {
      var generator = SplitMix(state: seed)
      let ledger = Box()
      var outstanding: Set<UInt64> = []
      var delivered: UInt64 = 0
      var held: [UInt64] = []
      for _ in 0..<300 {
        for _ in 0..<Int.random(in: 0...5, using: &generator) {
          delivered += 1
          ledger.delivered(delivered)
          outstanding.insert(delivered)
          held.append(delivered)
        }
        held.shuffle(using: &generator)
        let count = min(held.count, Int.random(in: 0...6, using: &generator))
        if Int.random(in: 0...4, using: &generator) == 0, let tag = held.popLast() {
          #expect(ledger.reject(tag) == (outstanding.remove(tag) != nil), "seed \(seed)")
          continue
        }
        let tags = held.suffix(count)
        held.removeLast(count)
        for word in ledger.acknowledge(tags) {
          #expect(outstanding.contains(word.tag), "seed \(seed): an unknown number closes the channel")
          if word.upTo { outstanding = outstanding.filter { $0 > word.tag } } else { outstanding.remove(word.tag) }
        }
        #expect(outstanding == Set(held), "seed \(seed)")
        #expect(ledger.outstanding == held.count, "seed \(seed)")
      }
    }
  }
}

/// The same numbers from the same seed, on every machine.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
    return value ^ (value >> 31)
  }
}
