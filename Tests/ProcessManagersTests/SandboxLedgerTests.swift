import Aggregates
import EventSourcing
import Testing

@testable import ProcessManagers

/// The rules that both sandboxes have.
@Suite struct SandboxLedgerTests {
  private static let order = OrderID(1_000)
  private var ledger = SandboxLedger()

  private static func request(_ token: String?, amount: Int64 = 1_200, method: PaymentMethod = .card) -> AuthorisationRequest {
    AuthorisationRequest(orderID: order, attempt: 1, amount: Cents(amount), currency: "EUR", method: method, token: token)
  }

  private static func request(_ token: String, _ key: String, amount: Int64 = 1_200) -> PromiseRequest {
    PromiseRequest(orderID: order, attempt: 1, providerID: "\(token)-\(order)-1", amount: Cents(amount), key: key)
  }

  /// Asks, and does what follows.
  private mutating func carryOut<Answer>(_ decide: (SandboxLedger) -> SandboxDecision<Answer>) -> SandboxDecision<Answer> {
    let decision = decide(ledger)
    for operation in decision.operations { ledger.record(operation) }
    return decision
  }

  private var kinds: [SandboxOperation.Kind] { ledger.operations.map(\.kind) }

  @Test(arguments: [
    ("sandbox_ok", "authorised"), ("sandbox_refuse", "refused"), ("sandbox_silent", "pending"), ("sandbox_capture_fails", "authorised"),
    ("sandbox_delayed", "pending"), ("sandbox_twice", "pending"), ("sandbox_out_of_order", "pending"),
    ("sandbox_answer_lost", "authorised"), ("another", "refused"), ("", "refused"),
  ]) mutating func `a token has one answer, the first time and each time after it, and is carried out once`(
    token: String, result: String
  ) throws {
    let first = carryOut { $0.authorise(Self.request(token)) }
    let done = ledger.operations
    let second = carryOut { $0.authorise(Self.request(token)) }
    #expect(second.answer == first.answer)
    #expect(ledger.operations == done && second.callbacks.isEmpty && !second.isAnswerLost)
    #expect(String(decoding: first.answer.jsonBytes, as: UTF8.self).contains("\"result\":\"\(result)\""))
    #expect(first.isAnswerLost == (token == "sandbox_answer_lost"))
    #expect(SandboxToken.allCases.count == 8)
  }

  @Test mutating func `a transfer waits for the buyer, whatever the token`() {
    #expect(carryOut { $0.authorise(Self.request(nil, method: .transfer)) }.answer == .actionRequired(url: nil))
    #expect(kinds.isEmpty)
  }

  @Test mutating func `a promise is captured once, under whatever keys, and no more than was promised`() {
    _ = carryOut { $0.authorise(Self.request("sandbox_ok")) }
    #expect(
      carryOut { $0.capture(Self.request("sandbox_ok", "capture-0", amount: 1_201)) }.answer == .refused(reason: "more_than_authorised"))
    for key in ["capture-1", "capture-1", "capture-2"] {
      #expect(carryOut { $0.capture(Self.request("sandbox_ok", key)) }.answer == .done(providerID: "sandbox_ok-1000-1"))
    }
    #expect(carryOut { $0.capture(Self.request("sandbox_ok", "capture-3", amount: 1)) }.answer == .refused(reason: "already_captured"))
    #expect(kinds == [.authorised, .captured])
    #expect(carryOut { $0.authorise(Self.request("sandbox_ok", amount: 5)) }.answer == .refused(reason: "key_reused"))
  }

  @Test mutating func `refunds count once by their keys, and together do not exceed what was captured`() {
    _ = carryOut { $0.authorise(Self.request("sandbox_ok")) }
    #expect(carryOut { $0.refund(Self.request("sandbox_ok", "r0", amount: 1)) }.answer == .refused(reason: "more_than_captured"))
    _ = carryOut { $0.capture(Self.request("sandbox_ok", "capture-1")) }
    for _ in 0..<2 {
      #expect(carryOut { $0.refund(Self.request("sandbox_ok", "r1", amount: 700)) }.answer == .done(providerID: "sandbox_ok-1000-1"))
    }
    #expect(carryOut { $0.refund(Self.request("sandbox_ok", "r1", amount: 1)) }.answer == .refused(reason: "key_reused"))
    #expect(carryOut { $0.refund(Self.request("sandbox_ok", "r2", amount: 501)) }.answer == .refused(reason: "more_than_captured"))
    _ = carryOut { $0.refund(Self.request("sandbox_ok", "r2", amount: 500)) }
    #expect(kinds == [.authorised, .captured, .refunded, .refunded])
  }

  @Test mutating func `a promise that is given back is not captured later, and what was captured goes back with it`() {
    _ = carryOut { $0.authorise(Self.request("sandbox_ok")) }
    for _ in 0..<2 { _ = carryOut { $0.void(Self.request("sandbox_ok", "void", amount: 0)) } }
    #expect(carryOut { $0.capture(Self.request("sandbox_ok", "capture-1")) }.answer == .refused(reason: "voided"))
    #expect(kinds == [.authorised, .voided])

    ledger = SandboxLedger()
    _ = carryOut { $0.authorise(Self.request("sandbox_ok")) }
    _ = carryOut { $0.capture(Self.request("sandbox_ok", "capture-1")) }
    for _ in 0..<2 { _ = carryOut { $0.void(Self.request("sandbox_ok", "void", amount: 0)) } }
    #expect(kinds == [.authorised, .captured, .voided, .refunded])
    #expect(ledger.operations.last?.amount == Cents(1_200))
  }

  @Test mutating func `callbacks tell of what was done, in the wrong order where the token says so`() {
    let delayed = carryOut { $0.authorise(Self.request("sandbox_delayed")) }
    #expect(delayed.callbacks.map(\.id) == ["sandbox-1000-1-authorised"] && delayed.callbacks[0].times == 1)
    ledger = SandboxLedger()
    #expect(carryOut { $0.authorise(Self.request("sandbox_twice")) }.callbacks.map(\.times) == [2])
    ledger = SandboxLedger()
    #expect(carryOut { $0.authorise(Self.request("sandbox_out_of_order")) }.callbacks.map(\.kind) == [.captured, .authorised])
    #expect(kinds == [.authorised, .captured])
  }

  @Test mutating func `what was not promised here, such as a transfer, is paid back as the request says`() {
    let request = PromiseRequest(orderID: Self.order, attempt: 1, providerID: "bank-1", amount: Cents(500), key: "r1")
    for _ in 0..<2 { #expect(carryOut { $0.refund(request) }.answer == .done(providerID: "bank-1")) }
    #expect(kinds == [.refunded])
  }
}
