import Aggregates

extension Projection {
  /// `auth_service_db`: accounts.
  public static let auth = Projection(
    database: "auth_service_db", ownCategories: [User.category], tables: [AuthTables.users],
    handlers: [
      .on(UserRegistered.self) { event, facts, rows in
        rows.insert(
          into: AuthTables.users,
          [
            "id": .id(event.userID),
            "lastname": .text(event.personal?.lastname ?? ""),
            "firstname": .text(event.personal?.firstname ?? ""),
            "email": .text(event.personal?.email ?? "forgotten-\(event.userID)@forgotten.invalid"),
            "password": "",
            "created_at": .timestamp(facts.occurredAt),
            "updated_at": .timestamp(facts.occurredAt),
          ])
      },
      .on(PasswordSet.self) { event, facts, rows in
        rows.update(
          AuthTables.users, .id(event.userID),
          set: ["password": .text(event.personal?.hash ?? ""), "updated_at": .timestamp(facts.occurredAt)])
      },
      // The tables of roles come with their service's routes; the token's role claim is read from the stream.
      .ignoring(RoleAssigned.self),
      .ignoring(RoleRevoked.self),
    ])
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
