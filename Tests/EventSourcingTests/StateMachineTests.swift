import Testing

@testable import EventSourcing

@Suite struct StateMachineTests {
  private func add(_ amount: Int64, limit: Int64) -> StateMachine.Question {
    { _ = try AddToCounters("1", amount: amount, limit: limit).decide(in: &$0) }
  }

  @Test func `what is asked leads from state to state until nothing new is reached, and what a rule refuses leads nowhere`() throws {
    let machine = try StateMachine(of: Counter.self, "1", state: { "\($0.value)" }, asking: [add(1, limit: 3), add(2, limit: 3)])
    #expect(machine.initial == "0")
    #expect(machine.states == ["0", "1", "2", "3"])
    #expect(machine.transitions.map { "\($0.from)-\($0.to)" } == ["0-1", "0-2", "1-2", "1-3", "2-3"])
    #expect(Set(machine.transitions.map(\.event)) == ["CounterAdded"])
  }

  @Test func `events of one decision are steps of their own, and other streams are part of what is reached`() throws {
    let twice: StateMachine.Question = { session in
      for _ in 1...2 { _ = try AddToCounters("1", limit: 4).decide(in: &session) }
    }
    // Adds as much as another counter has, which has been added to by then.
    let other: StateMachine.Question = { _ = try AddToCounters("2", limit: 1).decide(in: &$0) }
    let both: StateMachine.Question = { session in
      let amount = try session.load(Counter.self, "2").value
      if amount > 0 { _ = try AddToCounters("1", amount: 10, limit: 12).decide(in: &session) }
    }
    let machine = try StateMachine(of: Counter.self, "1", state: { "\($0.value)" }, asking: [twice, other, both])
    let steps = machine.transitions.map { "\($0.from)-\($0.to)" }
    #expect(steps.contains("0-1") && steps.contains("1-2") && steps.contains("0-10") && steps.contains("2-12"))
    #expect(!steps.contains("0-2"))
  }

  @Test func `what is personal needs no key, and states of one name are one`() throws {
    let machine = try StateMachine(
      of: Note.self, 1, state: { $0.isEmpty ? "empty" : "noted" }, distinction: { "\(min($0.count, 1))" },
      asking: [{ _ = try TakeNote(about: 1, text: "hello").decide(in: &$0) }])
    #expect(machine.transitions.map { "\($0.from)-\($0.to)" } == ["empty-noted", "noted-noted"])
  }

  @Test func `what leads ever further is no state machine`() {
    #expect(throws: StateMachine.TooManyStates(aggregate: "Counter")) {
      try StateMachine(of: Counter.self, "1", state: { "\($0.value)" }, asking: [add(1, limit: .max)])
    }
  }

  @Test func `what fails otherwise than by a rule is thrown`() {
    struct Broken: Error {}
    #expect(throws: Broken.self) {
      try StateMachine(of: Counter.self, "1", state: { "\($0.value)" }, asking: [{ _ in throw Broken() }])
    }
  }
}
