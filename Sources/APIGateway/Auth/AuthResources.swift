import Aggregates

/// What answers show of auth_service_db.
enum AuthResources {
  /// `$1` bigint: the user; `$2` text: the role of the token.
  static let me = RowQuery("auth.me", user, where: "u.id = $1 and $2::text is not null")

  private static let user = Resource(
    "user", schema: "Me", table: "users", from: "users u", id: "u.id", where: "u.deleted_at is null",
    stream: .init(User.category, isAggregate: false),
    fields: [
      .id("id", "u.id"), .text("firstname", "u.firstname"), .text("lastname", "u.lastname"), .text("email", "u.email"),
      .time("email_verified_at", "u.email_verified_at").nullable, .text("role", "$2::text"), .time("created_at", "u.created_at").nullable,
      .time("updated_at", "u.updated_at").nullable,
    ])
}
