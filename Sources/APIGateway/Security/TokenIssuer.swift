package import Aggregates

/// Signs customers' access tokens as the gateway does, for a program of this package that holds the installation's key: a measurement
/// needs more customers than it could hash passwords for.
package struct TokenIssuer: Sendable {
  private let tokens: AccessTokens

  /// - Parameters:
  ///   - key: the installation's own; gateways accept no other.
  ///   - lifetime: how long each token is good.
  package init(_ key: SigningKey, lifetime: Duration) async {
    let configuration = GatewayConfiguration()
    tokens = await AccessTokens(
      key: key, issuer: configuration.issuer, audience: configuration.audience, lifetime: lifetime, cacheCapacity: 1)
  }

  /// A token that stands for a customer.
  package func customer(_ userID: UserID) async throws -> String {
    try await tokens.issue(Caller(userID: userID, role: .customer, email: "customer-\(userID)@comptoir.example"))
  }
}
