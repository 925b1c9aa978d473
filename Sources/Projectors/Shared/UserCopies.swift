import Aggregates
import EventSourcing

/// The listed `users` table in which a service keeps what it knows of accounts: a projection of the auth service's public events, so it is
/// rebuilt like every other table.
///
///     private static let users = UserCopies()
///     … tables: [tickets, users.table], handlers: tickets + users.handlers
///
/// The table is `users` with an index on `lower(email) where deleted_at is null`; that no two open accounts have one address is decided by
/// the auth service's claims, and checked by `replay verify`.
struct UserCopies: Sendable {
  let table: Table
  private let hasName: Bool

  /// - Parameters:
  ///   - hasName: whether there is a column `name`, first and last name with a blank between.
  ///   - hasLogin: whether there are `email_verified_at`, `password` and `remember_token`; the latter two are always null, since no event
  ///     that leaves the auth service carries a password.
  init(hasName: Bool = false, hasLogin: Bool = false) {
    self.hasName = hasName
    table = Table(
      "users", unique: [Table.UniqueRule("one open account an e-mail address", "lower(email)", where: "deleted_at is null")],
      [Column("id", .bigint)] + (hasName ? [Column("name", .text)] : [])
        + [Column("firstname", .text), Column("lastname", .text), Column("email", .text)]
        + (hasLogin ? [Column("email_verified_at", .timestamptz), Column("password", .text), Column("remember_token", .text)] : [])
        + [Column("created_at", .timestamptz), Column("updated_at", .timestamptz), Column("deleted_at", .timestamptz)])
  }

  /// One or more of these events may have handlers of the service's own as well.
  var handlers: [EventHandler] {
    let (table, hasName) = (table, hasName)
    let hasLogin = table.columns.contains { $0.name == "email_verified_at" }
    let verified = EventHandler.on(EmailVerified.self) { event, facts, rows in
      rows.update(
        table, .id(event.userID), set: ["email_verified_at": .timestamp(facts.occurredAt), "updated_at": .timestamp(facts.occurredAt)])
    }
    return (hasLogin ? [verified] : []) + [
      .on(UserRegistered.self) { event, facts, rows in
        var values: ColumnValues = ["id": .id(event.userID)]
        values.append(Self.names(event.personal?.firstname, event.personal?.lastname, hasName))
        values.append([
          "email": Self.email(event.personal?.email, of: event.userID), "created_at": .timestamp(facts.occurredAt),
          "updated_at": .timestamp(facts.occurredAt),
        ])
        rows.insert(into: table, values)
      },
      .on(UserRenamed.self) { event, facts, rows in
        var values = Self.names(event.personal?.firstname, event.personal?.lastname, hasName)
        values.append(["updated_at": .timestamp(facts.occurredAt)])
        rows.update(table, .id(event.userID), set: values)
      },
      .on(EmailChanged.self) { event, facts, rows in
        var values: ColumnValues = ["email": Self.email(event.personal?.email, of: event.userID)]
        if hasLogin { values.append(["email_verified_at": nil]) }
        values.append(["updated_at": .timestamp(facts.occurredAt)])
        rows.update(table, .id(event.userID), set: values)
      },
      .on(UserDeleted.self) { event, facts, rows in
        rows.update(
          table, .id(event.userID), set: ["updated_at": .timestamp(facts.occurredAt), "deleted_at": .timestamp(facts.occurredAt)])
      },
      .on(UserRestored.self) { event, facts, rows in
        rows.update(table, .id(event.userID), set: ["updated_at": .timestamp(facts.occurredAt), "deleted_at": nil])
      },
    ]
  }

  /// An e-mail address as rows show it; that of a forgotten user is a fixed one that can have no mailbox.
  static func email(_ email: String?, of userID: UserID) -> SQLValue { .text(email ?? "forgotten-\(userID)@forgotten.invalid") }

  private static func names(_ first: String?, _ last: String?, _ hasName: Bool) -> ColumnValues {
    let (first, last) = (first ?? "", last ?? "")
    // Each of the two may be as long as the column for both.
    let name = [first, last].filter { !$0.isEmpty }.joined(separator: " ").unicodeScalars.prefix(255)
    var values: ColumnValues = hasName ? ["name": .text(String(name))] : [:]
    values.append(["firstname": .text(first), "lastname": .text(last)])
    return values
  }
}
