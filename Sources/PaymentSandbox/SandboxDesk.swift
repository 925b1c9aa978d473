import ProcessManagers
import Synchronization

/// Who decides, writes down and remembers, one request after the other.
final class SandboxDesk: Sendable {
  private struct State {
    var ledger = SandboxLedger()
    var journal: SandboxJournal?
  }

  private let state: Mutex<State>
  /// What is to be delivered.
  let deliveries: AsyncStream<Delivery>
  private let delivering: AsyncStream<Delivery>.Continuation

  /// The callbacks of one request.
  struct Delivery: Sendable {
    var callbacks: [SandboxCallback]
    /// Whether they were to be delivered before the process started.
    var isLate = false
  }

  /// Takes up where the journal ends: what was not yet delivered is delivered.
  init(journal path: String?) throws {
    (deliveries, delivering) = AsyncStream.makeStream()
    var state = State()
    if let path {
      let (journal, entries) = try SandboxJournal.open(path)
      state.journal = journal
      var delivered: Set<String> = []
      for case .delivered(let id) in entries { delivered.insert(id) }
      for case .done(let operations, let callbacks) in entries {
        for operation in operations { state.ledger.record(operation) }
        let open = callbacks.filter { !delivered.contains($0.id) }
        if !open.isEmpty { delivering.yield(Delivery(callbacks: open, isLate: true)) }
      }
    }
    self.state = Mutex(state)
  }

  /// Does what a request asks for, unless it was done before.
  /// - Throws: when it cannot be written down; then it was not done.
  func carryOut<Answer>(_ decide: (SandboxLedger) throws -> SandboxDecision<Answer>) throws -> SandboxDecision<Answer> {
    let decision = try state.withLock { state in
      let decision = try decide(state.ledger)
      guard !decision.operations.isEmpty || !decision.callbacks.isEmpty else { return decision }
      try state.journal?.append(.done(decision.operations, decision.callbacks))
      for operation in decision.operations { state.ledger.record(operation) }
      return decision
    }
    if !decision.callbacks.isEmpty { delivering.yield(Delivery(callbacks: decision.callbacks)) }
    return decision
  }

  /// A callback was taken as often as it was to be delivered.
  func delivered(_ callback: SandboxCallback) throws {
    try state.withLock { try $0.journal?.append(.delivered(callback.id)) }
  }

  /// In the order in which they were done.
  var operations: [SandboxOperation] { state.withLock { $0.ledger.operations } }

  /// Nothing may be asked afterwards.
  func close() {
    delivering.finish()
    state.withLock { state in
      state.journal?.close()
      state.journal = nil
    }
  }
}
