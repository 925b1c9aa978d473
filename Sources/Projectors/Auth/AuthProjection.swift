import Aggregates
import EventSourcing

extension Projection {
  /// `auth_service_db`: accounts, what they may do, and where they are signed in.
  public static let auth = Projection(
    database: "auth_service_db",
    ownCategories: [
      Permission.category, Role.category, User.category, Session.category, MailedToken.category, LoginAttempts.category,
    ],
    tables: [AuthTables.users] + RightsTables.all + [SessionRows.table, AuditRows.table],
    handlers: accounts + RightsTables.handlers + SessionRows.handlers + AuditRows.handlers)

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
}
