import Aggregates
import EventSourcing
import JSON

/// Who did what to accounts, roles, permissions and sessions. A row an event; renewed tokens are left out, they come every few minutes.
enum AuditRows {
  static let table = Table(
    "audit_log",
    [
      Column("id", .bigint),
      Column("at", .timestamptz),
      Column("actor", .text),
      Column("actor_user_id", .bigint),
      Column("action", .text),
      Column("subject_kind", .text),
      Column("subject_id", .bigint),
      Column("address", .text),
      Column("details", .jsonb),
    ])

  static let handlers: [EventHandler] =
    accounts + rights + signingIn + reference(Role.self, "role") + reference(Permission.self, "permission")

  private static let accounts: [EventHandler] = [
    .on(UserRegistered.self) { event, facts, rows in
      add("user.registered", .user(event.userID), facts, &rows) { $0.field("imported", event.imported) }
    },
    .on(UserRenamed.self) { event, facts, rows in add("user.renamed", .user(event.userID), facts, &rows) },
    .on(EmailChanged.self) { event, facts, rows in add("user.email_changed", .user(event.userID), facts, &rows) },
    .on(EmailVerified.self) { event, facts, rows in add("user.email_verified", .user(event.userID), facts, &rows) },
    .on(PasswordSet.self) { event, facts, rows in add("user.password_set", .user(event.userID), facts, &rows) },
    .on(PasswordChanged.self) { event, facts, rows in add("user.password_changed", .user(event.userID), facts, &rows) },
    .on(PasswordResetRequested.self) { event, facts, rows in
      add("user.password_reset_requested", .user(event.userID), facts, &rows)
    },
    .on(EmailVerificationRequested.self) { event, facts, rows in
      add("user.email_verification_requested", .user(event.userID), facts, &rows)
    },
    .on(UserDeleted.self) { event, facts, rows in
      add("user.deleted", .user(event.userID), facts, &rows) { $0.field("reason", event.reason.rawValue) }
    },
    .on(UserRestored.self) { event, facts, rows in add("user.restored", .user(event.userID), facts, &rows) },
  ]

  private static let rights: [EventHandler] = [
    .on(RoleAssigned.self) { event, facts, rows in
      add("user.role_assigned", .user(event.userID), facts, &rows) { role(event.roleID, event.roleName, event.teamID, &$0) }
    },
    .on(RoleRevoked.self) { event, facts, rows in
      add("user.role_revoked", .user(event.userID), facts, &rows) { role(event.roleID, event.roleName, event.teamID, &$0) }
    },
    .on(PermissionGranted.self) { event, facts, rows in
      add("user.permission_granted", .user(event.userID), facts, &rows) {
        permission(event.permissionID, event.permissionName, event.teamID, &$0)
      }
    },
    .on(PermissionRevoked.self) { event, facts, rows in
      add("user.permission_revoked", .user(event.userID), facts, &rows) {
        permission(event.permissionID, event.permissionName, event.teamID, &$0)
      }
    },
  ]

  private static let signingIn: [EventHandler] = [
    .on(SessionStarted.self) { event, facts, rows in
      // Whoever showed the credentials is the account's owner.
      add("session.started", .session(event.sessionID), by: event.userID, from: event.personal, facts, &rows) {
        $0.field("user_id", event.userID)
      }
    },
    .on(SessionRevoked.self) { event, facts, rows in
      add("session.revoked", .session(event.sessionID), facts, &rows) {
        $0.field("user_id", event.userID)
        $0.field("reason", event.reason.rawValue)
      }
    },
    .on(SessionsRevoked.self) { event, facts, rows in
      add("user.sessions_revoked", .user(event.userID), facts, &rows) { $0.field("reason", event.reason.rawValue) }
    },
    .on(LoginRefused.self) { event, facts, rows in
      add("user.login_refused", .user(event.userID), from: event.personal, facts, &rows)
    },
  ]

  private static func reference<Kind: ReferenceAggregate>(_ kind: Kind.Type, _ name: String) -> [EventHandler] {
    [
      .on(ReferenceAdded<Kind>.self) { event, facts, rows in
        add("\(name).added", Subject(kind: name, id: event.id.rawValue), facts, &rows) { $0.fieldRaw("row", event.row.jsonBytes) }
      },
      .on(ReferenceChanged<Kind>.self) { event, facts, rows in
        add("\(name).changed", Subject(kind: name, id: event.id.rawValue), facts, &rows) { $0.fieldRaw("row", event.row.jsonBytes) }
      },
      .on(ReferenceRemoved<Kind>.self) { event, facts, rows in
        add("\(name).removed", Subject(kind: name, id: event.id.rawValue), facts, &rows)
      },
    ]
  }

  // MARK: Rows

  private struct Subject {
    var kind: String
    var id: Int64

    static func user(_ id: UserID) -> Subject { Subject(kind: "user", id: id.rawValue) }
    static func session(_ id: SessionID) -> Subject { Subject(kind: "session", id: id.rawValue) }
  }

  private static func add(
    _ action: String, _ subject: Subject, by user: UserID? = nil, from origin: SessionOrigin? = nil, _ facts: EventFacts,
    _ rows: inout RowChanges, details: (inout JSONWriter) -> Void = { _ in }
  ) {
    let actor = user.map { "user-\($0)" } ?? facts.actor
    rows.insert(
      into: table,
      [
        "id": .int(facts.position.rawValue), "at": .timestamp(facts.occurredAt), "actor": .text(actor),
        "actor_user_id": .int(actor.flatMap(userID)), "action": .text(action), "subject_kind": .text(subject.kind),
        "subject_id": .int(subject.id), "address": .text(origin?.address), "details": .json(JSONWriter.object(details)),
      ])
  }

  /// The account that an actor is; nil for a process.
  private static func userID(_ actor: String) -> Int64? {
    actor.hasPrefix("user-") ? Int64(actor.dropFirst(5)) : nil
  }

  private static func role(_ id: RoleID, _ name: String, _ team: Int64, _ json: inout JSONWriter) {
    json.field("role_id", id)
    json.field("role_name", name)
    json.field("team_id", team)
  }

  private static func permission(_ id: PermissionID, _ name: String, _ team: Int64, _ json: inout JSONWriter) {
    json.field("permission_id", id)
    json.field("permission_name", name)
    json.field("team_id", team)
  }
}
