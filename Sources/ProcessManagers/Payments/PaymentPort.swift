public import Aggregates
public import EventSourcing

/// What a payment provider is asked to promise.
public struct AuthorisationRequest: Sendable, Hashable {
  public var orderID: OrderID
  /// Counted from 1. Order and attempt are the key by which the provider knows a repetition.
  public var attempt: Int
  /// With tax.
  public var amount: Cents
  /// ISO 4217.
  public var currency: String
  public var method: PaymentMethod
  /// What the provider gave the client; nil for methods without one, and when the buyer's data was erased.
  public var token: String?
}

/// A provider's word on a request for a promise.
public enum AuthorisationAnswer: Sendable, Hashable {
  /// - Parameter providerID: the provider's name for its promise.
  case authorised(providerID: String, expiresAt: Timestamp?)
  case refused(reason: String)
  /// The buyer must act first.
  case actionRequired(url: String?)
  /// No answer yet: a callback brings it, or a timer ends the waiting.
  case pending
}

/// What a provider is asked to do with its promise.
public struct PromiseRequest: Sendable, Hashable {
  public var orderID: OrderID
  public var attempt: Int
  /// The provider's name for its promise.
  public var providerID: String
  /// To be captured or paid back; with tax.
  public var amount: Cents
  /// Tells tries and refunds of one promise apart; a repetition has the same.
  public var key: String
}

/// A provider's word on a request to capture or to pay back.
public enum PromiseAnswer: Sendable, Hashable {
  /// - Parameter providerID: the provider's name for the transaction.
  case done(providerID: String)
  case refused(reason: String)
  /// No answer yet.
  case pending
}

/// A payment provider. No service among the twelve: an adapter each.
///
/// Every call is idempotent by its order, attempt and key: it is repeated after a crash. An error that is thrown means that nobody
/// knows what came of the call. A call ends when its task is cancelled: nothing else of its order goes on before it.
public protocol PaymentPort: Sendable {
  /// The adapter's name, as it stands in the payments.
  var name: String { get }
  func authorise(_ request: AuthorisationRequest) async throws -> AuthorisationAnswer
  func capture(_ request: PromiseRequest) async throws -> PromiseAnswer
  /// Gives a promise back.
  func void(_ request: PromiseRequest) async throws -> PromiseAnswer
  func refund(_ request: PromiseRequest) async throws -> PromiseAnswer
}
