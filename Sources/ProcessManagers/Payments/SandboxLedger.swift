import Aggregates

/// What follows from a request to a sandbox.
public struct SandboxDecision<Answer: Sendable>: Sendable {
  public var answer: Answer
  /// What is to be done for it and was not done before.
  public var operations: [SandboxOperation] = []
  /// What is to be told by itself, in this order.
  public var callbacks: [SandboxCallback] = []
  /// Whether the connection ends before the answer.
  public var isAnswerLost = false
}

/// The rules of the sandbox, and what it has done so far. A plain value: whoever keeps it asks what follows from a request, records the
/// operations, and answers.
///
/// An answer follows from the request and from what was done, so a repetition gets the same one and does nothing. A promise is captured
/// once, under whatever keys that is asked for. Giving it back gives back what was captured, too: whoever asks for that does not know of
/// the capture, since its answer did not reach him. A promise that is not known here, such as a transfer's, is taken as its request says.
public struct SandboxLedger: Sendable {
  private struct PromiseID: Hashable {
    var orderID: OrderID
    var attempt: Int
  }

  private struct Promise {
    var authorised: Cents?
    var captured: Cents?
    var isVoided = false
    /// By the requests' keys.
    var refunds: [String: Cents] = [:]

    var refunded: Int64 { refunds.values.reduce(0) { $0 + $1.rawValue } }
  }

  /// In the order in which they were done.
  public private(set) var operations: [SandboxOperation] = []
  private var promises: [PromiseID: Promise] = [:]

  public init() {}

  /// Notes that something was done.
  public mutating func record(_ operation: SandboxOperation) {
    operations.append(operation)
    let id = PromiseID(orderID: operation.orderID, attempt: operation.attempt)
    switch operation.kind {
    case .authorised: promises[id, default: Promise()].authorised = operation.amount
    case .captured: promises[id, default: Promise()].captured = operation.amount
    case .voided: promises[id, default: Promise()].isVoided = true
    case .refunded: promises[id, default: Promise()].refunds[operation.key] = operation.amount
    }
  }

  // MARK: Requests

  public func authorise(_ request: AuthorisationRequest) -> SandboxDecision<AuthorisationAnswer> {
    if request.method == .transfer { return SandboxDecision(answer: .actionRequired(url: nil)) }
    guard let token = request.token.flatMap(SandboxToken.init(rawValue:)) else {
      return SandboxDecision(answer: .refused(reason: "unknown_token"))
    }
    let known = promises[PromiseID(orderID: request.orderID, attempt: request.attempt)]?.authorised
    if let known, known != request.amount { return SandboxDecision(answer: .refused(reason: "key_reused")) }
    let isNew = known == nil
    let providerID = "\(token.rawValue)-\(request.orderID)-\(request.attempt)"
    func operation(_ kind: SandboxOperation.Kind, _ key: String) -> SandboxOperation {
      SandboxOperation(kind, of: request.orderID, attempt: request.attempt, amount: request.amount, key: key)
    }
    func callback(_ kind: SandboxOperation.Kind, times: Int = 1) -> SandboxCallback {
      SandboxCallback(
        kind: kind, orderID: request.orderID, attempt: request.attempt, amount: request.amount, providerID: providerID, times: times)
    }
    var decision: SandboxDecision<AuthorisationAnswer>
    switch token {
    case .refuse: return SandboxDecision(answer: .refused(reason: "refused"))
    case .silent: return SandboxDecision(answer: .pending)
    case .ok, .captureFails:
      decision = SandboxDecision(answer: .authorised(providerID: providerID, expiresAt: nil))
    case .answerLost:
      decision = SandboxDecision(answer: .authorised(providerID: providerID, expiresAt: nil), isAnswerLost: isNew)
    case .delayed: decision = SandboxDecision(answer: .pending, callbacks: [callback(.authorised)])
    case .twice: decision = SandboxDecision(answer: .pending, callbacks: [callback(.authorised, times: 2)])
    case .outOfOrder:
      decision = SandboxDecision(
        answer: .pending, operations: [operation(.captured, "authorise")], callbacks: [callback(.captured), callback(.authorised)])
    }
    guard isNew else { return SandboxDecision(answer: decision.answer) }
    decision.operations.insert(operation(.authorised, "authorise"), at: 0)
    return decision
  }

  public func capture(_ request: PromiseRequest) -> SandboxDecision<PromiseAnswer> {
    let token = SandboxToken(promise: request.providerID)
    if token == .captureFails { return SandboxDecision(answer: .refused(reason: "capture_refused")) }
    let promise = promise(request)
    if let captured = promise.captured {
      return SandboxDecision(answer: captured == request.amount ? done(request) : .refused(reason: "already_captured"))
    }
    if promise.isVoided { return SandboxDecision(answer: .refused(reason: "voided")) }
    if let authorised = promise.authorised, request.amount > authorised {
      return SandboxDecision(answer: .refused(reason: "more_than_authorised"))
    }
    return SandboxDecision(
      answer: done(request), operations: [operation(.captured, request, request.amount)], isAnswerLost: token == .answerLost)
  }

  public func void(_ request: PromiseRequest) -> SandboxDecision<PromiseAnswer> {
    let promise = promise(request)
    guard !promise.isVoided else { return SandboxDecision(answer: done(request)) }
    var operations = [operation(.voided, request, .zero)]
    let rest = Cents(rawValue: (promise.captured ?? .zero).rawValue - promise.refunded)
    if rest > .zero { operations.append(operation(.refunded, request, rest)) }
    return SandboxDecision(answer: done(request), operations: operations)
  }

  public func refund(_ request: PromiseRequest) -> SandboxDecision<PromiseAnswer> {
    let promise = promise(request)
    if let refunded = promise.refunds[request.key] {
      return SandboxDecision(answer: refunded == request.amount ? done(request) : .refused(reason: "key_reused"))
    }
    let isKnown = promise.authorised != nil || promise.captured != nil
    if isKnown, request.amount.rawValue > (promise.captured ?? .zero).rawValue - promise.refunded {
      return SandboxDecision(answer: .refused(reason: "more_than_captured"))
    }
    return SandboxDecision(answer: done(request), operations: [operation(.refunded, request, request.amount)])
  }

  private func promise(_ request: PromiseRequest) -> Promise {
    promises[PromiseID(orderID: request.orderID, attempt: request.attempt)] ?? Promise()
  }

  private func operation(_ kind: SandboxOperation.Kind, _ request: PromiseRequest, _ amount: Cents) -> SandboxOperation {
    SandboxOperation(kind, of: request.orderID, attempt: request.attempt, amount: amount, key: request.key)
  }

  private func done(_ request: PromiseRequest) -> PromiseAnswer { .done(providerID: request.providerID) }
}
