import Testing

@testable import RabbitMQ

@Suite struct ConfirmWindowTests {
  private struct Verdict: Equatable {
    let owner: String
    let outcome: RabbitMQOutcome
  }

  /// A window that an expectation may change.
  private final class Box {
    private var window = ConfirmWindow<String>()
    var count: Int { window.count }
    func add(id: String, owner: String) { window.add(id: id, owner: owner) }
    func markReturned(id: String, code: Int, reason: String) -> Bool { window.markReturned(id: id, code: code, reason: reason) }
    func settle(_ number: UInt64, upTo: Bool = false, isPositive: Bool = true) -> [Verdict] {
      var verdicts: [Verdict] = []
      window.settle(number, upTo: upTo, isPositive: isPositive) { verdicts.append(Verdict(owner: $0, outcome: $1)) }
      return verdicts
    }
    func removeAll() -> [String] {
      var given: [String] = []
      window.removeAll { given.append($0) }
      return given
    }
  }

  private func window(of count: Int) -> Box {
    let window = Box()
    for number in 1...count { window.add(id: "id-\(number)", owner: "m\(number)") }
    return window
  }

  @Test func `one word settles all up to a number, in the order of sending`() {
    let window = window(of: 4)
    #expect(window.settle(3, upTo: true).map(\.owner) == ["m1", "m2", "m3"])
    #expect(window.count == 1)
  }

  @Test func `a number out of order settles that message alone, and once`() {
    let window = window(of: 3)
    #expect(window.settle(2).map(\.owner) == ["m2"])
    #expect(window.settle(2).isEmpty)
    #expect(window.settle(3, upTo: true).map(\.owner) == ["m1", "m3"])
    #expect(window.count == 0)
    window.add(id: "id-4", owner: "m4")
    #expect(window.settle(4).map(\.owner) == ["m4"])
  }

  @Test func `what came back is told as returned when it is confirmed`() {
    let window = window(of: 2)
    #expect(window.markReturned(id: "id-2", code: 312, reason: "NO_ROUTE"))
    #expect(!window.markReturned(id: "id-9", code: 312, reason: "NO_ROUTE"))
    let verdicts = window.settle(2, upTo: true)
    #expect(verdicts.map(\.outcome) == [.confirmed, .returned(code: 312, reason: "NO_ROUTE")])
  }

  @Test func `of two messages with one id the older one came back first`() {
    let window = Box()
    window.add(id: "same", owner: "m1")
    window.add(id: "same", owner: "m2")
    #expect(window.markReturned(id: "same", code: 312, reason: ""))
    let verdicts = window.settle(2, upTo: true)
    #expect(verdicts.map(\.outcome) == [.returned(code: 312, reason: ""), .confirmed])
  }

  @Test func `a refusal is told of each message it names`() {
    let window = window(of: 3)
    #expect(window.settle(2, upTo: true, isPositive: false).map(\.outcome) == [.refused, .refused])
  }

  @Test func `numbers that were never sent settle nothing`() {
    let window = window(of: 1)
    #expect(window.settle(0, upTo: true).isEmpty)
    #expect(window.settle(2, upTo: true).isEmpty)
    #expect(window.count == 1)
  }

  @Test func `when the channel is gone only those without a verdict are given up`() {
    let window = window(of: 3)
    _ = window.settle(2)
    #expect(window.removeAll() == ["m1", "m3"])
    #expect(window.count == 0)
  }
}
