import Synchronization

/// The sandbox in this very process: for tests and measurements, and where no provider is configured. It moves no money and does what the
/// token says (``SandboxToken``); it calls nobody back.
public final class SandboxPayments: PaymentPort {
  public let name = "sandbox"
  private let ledger: Mutex<SandboxLedger?>

  /// - Parameter keepsLedger: whether what was done is remembered; that grows without bound, so for tests only. Without it each request
  ///   is taken as the first of its order.
  public init(keepsLedger: Bool = false) {
    ledger = Mutex(keepsLedger ? SandboxLedger() : nil)
  }

  /// What was done so far; empty without a ledger.
  public var operations: [SandboxOperation] { ledger.withLock { $0?.operations ?? [] } }

  /// The connection ended before the answer.
  public struct AnswerLost: Error {
    public init() {}
  }

  public func authorise(_ request: AuthorisationRequest) async throws -> AuthorisationAnswer {
    try carryOut { $0.authorise(request) }
  }

  public func capture(_ request: PromiseRequest) async throws -> PromiseAnswer { try carryOut { $0.capture(request) } }

  public func void(_ request: PromiseRequest) async throws -> PromiseAnswer { try carryOut { $0.void(request) } }

  public func refund(_ request: PromiseRequest) async throws -> PromiseAnswer { try carryOut { $0.refund(request) } }

  private func carryOut<Answer>(_ decide: (SandboxLedger) -> SandboxDecision<Answer>) throws -> Answer {
    let decision = ledger.withLock { ledger in
      let decision = decide(ledger ?? SandboxLedger())
      for operation in decision.operations { ledger?.record(operation) }
      return decision
    }
    if decision.isAnswerLost { throw AnswerLost() }
    return decision.answer
  }
}
