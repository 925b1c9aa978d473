public import Messaging

/// What administrators need to make and change webhooks.
public struct WebhookDesk: Sendable {
  let secrets: WebhookSecrets
  let guardian: WebhookGuard

  /// - Parameters:
  ///   - secrets: the ones that deliveries are signed with.
  ///   - guardian: says where deliveries may go.
  public init(secrets: WebhookSecrets, guardian: WebhookGuard) {
    self.secrets = secrets
    self.guardian = guardian
  }

  /// Refuses an address that nothing may be sent to.
  func check(_ url: WebhookURL) async throws {
    do throws(WebhookGuard.Refusal) {
      _ = try await guardian.addresses(of: url)
    } catch {
      switch error {
      case .notFound: throw Problem.field("/url", .unknownReference, limit: "a host that is found")
      case .notPublic: throw Problem.field("/url", .valueNotAllowed, limit: "a host with public addresses only")
      case .notEncrypted: throw Problem.field("/url", .valueNotAllowed, limit: "https://")
      }
    }
  }
}

extension Call {
  /// What makes and changes webhooks.
  var webhookDesk: WebhookDesk {
    get throws {
      guard let desk = services.webhooks else { throw Problem(.unavailable) }
      return desk
    }
  }

  /// The tables of webhooks, with what the gateway may do with them.
  var webhooks: WebhookStore { WebhookStore(client: services.reads.messages.client) }
}

extension WebhookStore.Refusal: ProblemRepresentable {
  var problem: Problem {
    switch self {
    case .notFound: Problem(.notFound)
    case .stale: Problem(.preconditionFailed)
    case .keyReused: Problem(.idempotencyKeyReused)
    case .state(let state): Problem.conflict(.stateConflict, current: state, allowed: Self.allowed(instead: state))
    }
  }

  private static func allowed(instead state: String) -> [String] {
    switch state {
    case "active": ["disabled"]
    case "disabled": ["active"]
    default: ["pending", "delivered", "failed"]
    }
  }
}
