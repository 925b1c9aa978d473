public import Aggregates
import Synchronization

/// A provider that moves no money and does what the token says:
///
/// | token | what happens |
/// |---|---|
/// | `sandbox_ok` | authorised and captured |
/// | `sandbox_refuse`, any other | refused |
/// | `sandbox_silent` | no answer |
/// | `sandbox_capture_fails` | authorised, each capture refused |
///
/// A transfer always waits for the buyer. Answers follow from the request alone, so that a repetition gets the same one,
/// also after a restart.
public final class SandboxPayments: PaymentPort {
  /// Something that was really done, each once.
  public enum Operation: Sendable, Hashable {
    case authorised(OrderID, attempt: Int, Cents)
    case captured(OrderID, attempt: Int, Cents)
    case voided(OrderID, attempt: Int)
    case refunded(OrderID, attempt: Int, Cents, key: String)
  }

  public let name = "sandbox"
  private let ledger: Mutex<Set<Operation>?>

  /// - Parameter keepsLedger: whether `operations` is kept; it grows without bound, so for tests only.
  public init(keepsLedger: Bool = false) {
    ledger = Mutex(keepsLedger ? [] : nil)
  }

  /// What was done so far; empty without a ledger.
  public var operations: Set<Operation> { ledger.withLock { $0 ?? [] } }

  public func authorise(_ request: AuthorisationRequest) async throws -> AuthorisationAnswer {
    if request.method == .transfer { return .actionRequired(url: nil) }
    switch request.token {
    case "sandbox_ok", "sandbox_capture_fails":
      note(.authorised(request.orderID, attempt: request.attempt, request.amount))
      return .authorised(providerID: "\(request.token ?? "")-\(request.orderID)-\(request.attempt)", expiresAt: nil)
    case "sandbox_silent": return .pending
    case "sandbox_refuse": return .refused(reason: "refused")
    default: return .refused(reason: "unknown_token")
    }
  }

  public func capture(_ request: PromiseRequest) async throws -> PromiseAnswer {
    if request.providerID.hasPrefix("sandbox_capture_fails-") { return .refused(reason: "capture_refused") }
    note(.captured(request.orderID, attempt: request.attempt, request.amount))
    return .done(providerID: request.providerID)
  }

  public func void(_ request: PromiseRequest) async throws -> PromiseAnswer {
    note(.voided(request.orderID, attempt: request.attempt))
    return .done(providerID: request.providerID)
  }

  public func refund(_ request: PromiseRequest) async throws -> PromiseAnswer {
    note(.refunded(request.orderID, attempt: request.attempt, request.amount, key: request.key))
    return .done(providerID: request.providerID)
  }

  private func note(_ operation: Operation) {
    ledger.withLock { _ = $0?.insert(operation) }
  }
}
