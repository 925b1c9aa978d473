import EventSourcing
import EventStore

@testable import Aggregates

extension RandomShop {
  static let sessionSteps: [Step] = [signIn, signIn, refuse, refresh, refresh, reuse, end, endAll]

  private static let signIn: Step = { shop in
    guard let user = shop.any(shop.users) else { return }
    let id = SessionID(shop.freshID())
    let events = try await shop.log.readStream(User.stream(user), after: .none, limit: 1_000)
    let endings: Set<String> = ["PasswordChanged", "EmailChanged", "UserDeleted", "SessionsRevoked"]
    let command = StartSession(
      sessionID: id, userID: user, epoch: events.count { endings.contains($0.type) }, tokenHash: "0", lifetime: .seconds(1_000_000),
      origin: SessionOrigin(userAgent: shop.chance(50) ? shop.name("Browser") : nil, address: shop.chance(50) ? "192.0.2.1" : nil))
    if try await shop.send(command) != nil { shop.sessions[id] = (user, 0) }
  }

  private static let refuse: Step = { shop in
    guard let user = shop.any(shop.users) else { return }
    try await shop.send(NoteRefusedLogin(userID: user, origin: SessionOrigin(address: shop.chance(50) ? "192.0.2.1" : nil)))
  }

  private static let refresh: Step = { shop in
    guard let id = shop.any(shop.sessions.keys.sorted()), let count = shop.sessions[id]?.refreshes else { return }
    let command = RefreshSession(
      sessionID: id, tokenHash: "\(count)", newTokenHash: "\(count + 1)", lifetime: .seconds(1_000_000),
      origin: SessionOrigin(userAgent: shop.name("Browser"), address: "2001:db8::1"))
    if try await shop.send(command) != nil { shop.sessions[id]?.refreshes += 1 } else { shop.sessions[id] = nil }
  }

  private static let reuse: Step = { shop in
    guard let id = shop.any(shop.sessions.keys.sorted().filter { shop.sessions[$0]!.refreshes > 0 }) else { return }
    try await shop.send(RefreshSession(sessionID: id, tokenHash: "0", newTokenHash: "x", lifetime: .seconds(1_000_000)))
    shop.sessions[id] = nil
  }

  private static let end: Step = { shop in
    guard let id = shop.any(shop.sessions.keys.sorted()), let user = shop.sessions.removeValue(forKey: id)?.user else { return }
    try await shop.send(RevokeSession(sessionID: id, userID: user, reason: .logout, revokedBy: user))
  }

  private static let endAll: Step = { shop in
    guard let user = shop.any(shop.users) else { return }
    try await shop.send(RevokeSessions(userID: user, reason: shop.chance(50) ? .logout : .administrator, revokedBy: nil))
    shop.sessions = shop.sessions.filter { $0.value.user != user }
  }
}
