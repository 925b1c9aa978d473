import Aggregates
import EventSourcing

/// Who is signed in where.
enum SessionRows {
  static let table = Table(
    "sessions", references: ["user_id": "users", "open_user_id": "users"],
    [
      Column("id", .bigint),
      Column("user_id", .bigint),
      Column("open_user_id", .bigint),
      Column("user_agent", .text),
      Column("address", .text),
      Column("created_at", .timestamptz),
      Column("last_used_at", .timestamptz),
      Column("expires_at", .timestamptz),
      Column("revoked_at", .timestamptz),
      Column("revocation_reason", .text),
    ])

  static let handlers: [EventHandler] = [
    .on(SessionStarted.self) { event, facts, rows in
      rows.insert(
        into: table,
        [
          "id": .id(event.sessionID), "user_id": .id(event.userID), "open_user_id": .id(event.userID),
          "user_agent": .text(event.personal?.userAgent), "address": .text(event.personal?.address),
          "created_at": .timestamp(facts.occurredAt), "last_used_at": .timestamp(facts.occurredAt), "expires_at": .time(event.expiresAt),
        ])
    },
    .on(SessionRefreshed.self) { event, facts, rows in
      rows.update(
        table, .id(event.sessionID),
        set: [
          "user_agent": .text(event.personal?.userAgent), "address": .text(event.personal?.address),
          "last_used_at": .timestamp(facts.occurredAt), "expires_at": .time(event.expiresAt),
        ])
    },
    .on(SessionRevoked.self) { event, facts, rows in
      rows.update(table, .id(event.sessionID), set: revoked(event.reason, facts))
    },
    .on(SessionsRevoked.self) { event, facts, rows in revokeAll(of: event.userID, event.reason, facts, &rows) },
    .on(PasswordChanged.self) { event, facts, rows in revokeAll(of: event.userID, .passwordChanged, facts, &rows) },
    .on(EmailChanged.self) { event, facts, rows in revokeAll(of: event.userID, .emailChanged, facts, &rows) },
    .on(UserDeleted.self) { event, facts, rows in revokeAll(of: event.userID, .accountDeleted, facts, &rows) },
  ]

  private static func revokeAll(
    of user: UserID, _ reason: SessionRevocationReason, _ facts: EventFacts, _ rows: inout RowChanges
  ) {
    rows.updateAll(table, where: "open_user_id", equals: .id(user), set: revoked(reason, facts))
  }

  private static func revoked(_ reason: SessionRevocationReason, _ facts: EventFacts) -> ColumnValues {
    ["open_user_id": nil, "revoked_at": .timestamp(facts.occurredAt), "revocation_reason": .name(reason)]
  }
}
