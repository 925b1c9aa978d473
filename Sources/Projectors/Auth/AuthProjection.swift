import Aggregates
import EventSourcing

extension Projection {
  /// `auth_service_db`: accounts, what they may do, and where they are signed in.
  public static let auth = Projection(
    database: "auth_service_db", ownCategories: [Permission.category, Role.category, User.category, Session.category, MailedToken.category, LoginAttempts.category],
    tables: [
      AuthTables.users, AuthTables.permissions, AuthTables.roles, AuthTables.userPermissions, AuthTables.userRoles,
      AuthTables.rolePermissions, SessionRows.table, AuditRows.table,
    ],
    handlers: permissions + roles + accounts + rights + SessionRows.handlers + AuditRows.handlers)

  private static let permissions = EventHandler.reference(
    Permission.self, AuthTables.permissions, columns: { ["name": .text($0.name), "guard_name": .text($0.guardName)] }
  ) { id, _, rows in
    rows.deleteAll(from: AuthTables.rolePermissions, where: "permission_id", equals: .id(id))
    rows.deleteAll(from: AuthTables.userPermissions, where: "permission_id", equals: .id(id))
  }

  private static let roles: [EventHandler] =
    EventHandler.reference(
      Role.self, AuthTables.roles,
      columns: { ["team_id": .int($0.teamID), "name": .text($0.name), "guard_name": .text($0.guardName)] }
    ) { id, _, rows in
      rows.deleteAll(from: AuthTables.rolePermissions, where: "role_id", equals: .id(id))
      rows.deleteAll(from: AuthTables.userRoles, where: "role_id", equals: .id(id))
    }
    + [
      .on(ReferenceAdded<Role>.self) { event, _, rows in insertPermissions(of: event.id, event.row, &rows) },
      .on(ReferenceChanged<Role>.self) { event, _, rows in
        rows.deleteAll(from: AuthTables.rolePermissions, where: "role_id", equals: .id(event.id))
        insertPermissions(of: event.id, event.row, &rows)
      },
    ]

  private static func insertPermissions(of role: RoleID, _ row: Role.Row, _ rows: inout RowChanges) {
    for permission in row.permissionIDs {
      rows.insert(into: AuthTables.rolePermissions, ["permission_id": .id(permission), "role_id": .id(role)])
    }
  }

  private static let accounts: [EventHandler] = [
    .on(UserRegistered.self) { event, facts, rows in
      rows.insert(
        into: AuthTables.users,
        [
          "id": .id(event.userID), "lastname": .text(event.personal?.lastname ?? ""), "firstname": .text(event.personal?.firstname ?? ""),
          "email": UserCopies.email(event.personal?.email, of: event.userID), "password": "", "created_at": .timestamp(facts.occurredAt),
          "updated_at": .timestamp(facts.occurredAt),
        ])
    },
    .on(UserRenamed.self) { event, facts, rows in
      rows.update(
        AuthTables.users, .id(event.userID),
        set: [
          "lastname": .text(event.personal?.lastname ?? ""), "firstname": .text(event.personal?.firstname ?? ""),
          "updated_at": .timestamp(facts.occurredAt),
        ])
    },
    .on(EmailChanged.self) { event, facts, rows in
      rows.update(
        AuthTables.users, .id(event.userID),
        set: [
          "email": UserCopies.email(event.personal?.email, of: event.userID), "email_verified_at": nil,
          "updated_at": .timestamp(facts.occurredAt),
        ])
    },
    .on(EmailVerified.self) { event, facts, rows in
      rows.update(
        AuthTables.users, .id(event.userID),
        set: ["email_verified_at": .timestamp(facts.occurredAt), "updated_at": .timestamp(facts.occurredAt)])
    },
    .on(PasswordSet.self) { event, facts, rows in setPassword(event.personal, of: event.userID, facts, &rows) },
    .on(PasswordChanged.self) { event, facts, rows in setPassword(event.personal, of: event.userID, facts, &rows) },
    .on(UserDeleted.self) { event, facts, rows in
      rows.update(
        AuthTables.users, .id(event.userID), set: ["updated_at": .timestamp(facts.occurredAt), "deleted_at": .timestamp(facts.occurredAt)])
    },
    .on(UserRestored.self) { event, facts, rows in
      rows.update(AuthTables.users, .id(event.userID), set: ["updated_at": .timestamp(facts.occurredAt), "deleted_at": nil])
    },
  ]

  private static func setPassword(_ password: PasswordSet.Personal?, of user: UserID, _ facts: EventFacts, _ rows: inout RowChanges) {
    rows.update(
      AuthTables.users, .id(user), set: ["password": .text(password?.hash ?? ""), "updated_at": .timestamp(facts.occurredAt)])
  }

  private static let rights: [EventHandler] = [
    .on(RoleAssigned.self) { event, _, rows in
      rows.insert(
        into: AuthTables.userRoles,
        ["role_id": .id(event.roleID), "model_type": holder, "model_id": .id(event.userID), "team_id": .int(event.teamID)])
    },
    .on(RoleRevoked.self) { event, _, rows in
      rows.delete(from: AuthTables.userRoles, .int(event.teamID), .id(event.roleID), .id(event.userID), holder)
    },
    .on(PermissionGranted.self) { event, _, rows in
      rows.insert(
        into: AuthTables.userPermissions,
        ["permission_id": .id(event.permissionID), "model_type": holder, "model_id": .id(event.userID), "team_id": .int(event.teamID)])
    },
    .on(PermissionRevoked.self) { event, _, rows in
      rows.delete(from: AuthTables.userPermissions, .int(event.teamID), .id(event.permissionID), .id(event.userID), holder)
    },
  ]

  /// What roles and permissions are given to; nothing but users here.
  private static let holder: SQLValue = "user"
}

/// The tables of `auth_service_db`.
enum AuthTables {
  static let users = Table(
    "users", unique: [Table.UniqueRule("one account an e-mail address", "lower(email)")],
    [
      Column("id", .bigint),
      Column("lastname", .text),
      Column("firstname", .text),
      Column("email", .text),
      Column("email_verified_at", .timestamptz),
      Column("password", .text),
      Column("remember_token", .text),
      Column("created_at", .timestamptz),
      Column("updated_at", .timestamptz),
      Column("deleted_at", .timestamptz),
    ])
  static let permissions = Table(
    "permissions",
    [
      Column("id", .bigint), Column("name", .text), Column("guard_name", .text), Column("created_at", .timestamptz),
      Column("updated_at", .timestamptz),
    ])
  static let roles = Table(
    "roles",
    [
      Column("id", .bigint), Column("team_id", .bigint), Column("name", .text), Column("guard_name", .text),
      Column("created_at", .timestamptz), Column("updated_at", .timestamptz),
    ])
  static let userPermissions = Table(
    "model_has_permissions", key: ["team_id", "permission_id", "model_id", "model_type"], references: ["permission_id": "permissions"],
    [Column("permission_id", .bigint), Column("model_type", .text), Column("model_id", .bigint), Column("team_id", .bigint)])
  static let userRoles = Table(
    "model_has_roles", key: ["team_id", "role_id", "model_id", "model_type"], references: ["role_id": "roles"],
    [Column("role_id", .bigint), Column("model_type", .text), Column("model_id", .bigint), Column("team_id", .bigint)])
  static let rolePermissions = Table(
    "role_has_permissions", key: ["permission_id", "role_id"], references: ["permission_id": "permissions", "role_id": "roles"],
    [Column("permission_id", .bigint), Column("role_id", .bigint)])
}
