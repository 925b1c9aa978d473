import Aggregates
import EventSourcing
import JSON
import Postgres

/// What answers show of auth_service_db.
enum AuthResources {
  // MARK: The caller

  /// `$1` bigint: the user; `$2` text: the role of the token; `$3` bigint: the team, beside the platform.
  static let me = RowQuery("auth.me", user, where: "u.id = $1 and $2::text is not null and $3::bigint is not null")

  private static let user = Resource(
    "user", schema: "Me", table: "users", from: "users u", id: "u.id", where: "u.deleted_at is null",
    stream: .init(User.category, isAggregate: false),
    fields: [
      .id("id", "u.id"), .text("firstname", "u.firstname"), .text("lastname", "u.lastname"), .text("email", "u.email"),
      .time("email_verified_at", "u.email_verified_at").nullable, .text("role", "$2::text"),
      .json("permissions", effectivePermissions, .array(.text)), .time("created_at", "u.created_at").nullable,
      .time("updated_at", "u.updated_at").nullable,
    ],
    relations: [roles])

  /// Names of all that the user may do in the team, directly or by a role.
  private static let effectivePermissions = """
    coalesce((
      select jsonb_agg(n.name order by n.name) from permissions n where n.guard_name = 'api' and n.id in (
        select d.permission_id from model_has_permissions d
          where d.model_id = u.id and d.model_type = 'user' and d.team_id in (0, $3::bigint)
        union select g.permission_id from model_has_roles h join role_has_permissions g on g.role_id = h.role_id
          where h.model_id = u.id and h.model_type = 'user' and h.team_id in (0, $3::bigint))), '[]'::jsonb)
    """

  // MARK: Accounts

  static let account = Resource(
    "account", schema: "Account", table: "users", from: "users u", id: "u.id", stream: .init(User.category),
    fields: [
      .id("id", "u.id"), .text("firstname", "u.firstname"), .text("lastname", "u.lastname").sortable(by: "internal.fold(u.lastname)"),
      .text("email", "u.email").sortable(by: "lower(u.email)"), .time("email_verified_at", "u.email_verified_at").nullable,
      .time("created_at", "u.created_at").nullable.sortable, .time("updated_at", "u.updated_at").nullable,
      .time("deleted_at", "u.deleted_at").nullable.sortable,
    ],
    relations: [roles, directPermissions],
    filters: [
      .staffSearch("u.firstname || ' ' || u.lastname", or: "lower(u.email) ^@ lower($?)"),
      Filter(
        "role_id", alias: "role_id", .integer(min: 1),
        "exists (select from model_has_roles f where f.model_id = u.id and f.model_type = 'user' and f.role_id = $?)"
      ) { .int64($0) },
    ])

  private static let roles = Resource.Relation.many(
    "roles",
    Resource(
      "role_of_user", table: "model_has_roles", from: "model_has_roles mr join roles ro on ro.id = mr.role_id", id: "ro.id",
      fields: [.id("id", "ro.id"), .text("name", "ro.name"), .integer("team_id", "mr.team_id")]),
    on: "mr.model_id = u.id and mr.model_type = 'user'", order: "mr.team_id, ro.id", embedded: true, expected: 2)

  private static let directPermissions = Resource.Relation.many(
    "permissions",
    Resource(
      "permission_of_user", table: "model_has_permissions",
      from: "model_has_permissions mp join permissions pe on pe.id = mp.permission_id", id: "pe.id",
      fields: [.id("id", "pe.id"), .text("name", "pe.name"), .integer("team_id", "mp.team_id")]),
    on: "mp.model_id = u.id and mp.model_type = 'user'", order: "mp.team_id, pe.id", embedded: true, expected: 2)

  /// `$1` bigint: the row's id, and likewise below.
  static let oneAccount = RowQuery("auth.user", account, where: "u.id = $1 and u.deleted_at is null")
  static let accounts = Listing("auth.users", account, where: ["u.deleted_at is null"], defaultSort: "-created_at")
  static let deletedAccounts = Listing("auth.deleted_users", account, where: ["u.deleted_at is not null"], defaultSort: "-deleted_at")

  // MARK: Staff

  /// `$1` bigint: the team. Who has something within it other than to be a customer; of what he is elsewhere, nothing.
  static let staff = Listing(
    "auth.staff", member,
    where: [
      "u.deleted_at is null",
      """
      u.id in (
        select h.model_id from model_has_roles h
          where h.team_id = $1 and h.model_type = 'user' and h.role_id <> \(DefaultRole.customer.id)
        union all select d.model_id from model_has_permissions d where d.team_id = $1 and d.model_type = 'user')
      """,
    ], fixedParameters: 1, defaultSort: "lastname", defaultLimit: 50)

  private static let member = Resource(
    "member", schema: "StaffMember", table: "users", from: "users u", id: "u.id", stream: .init(User.category, isAggregate: false),
    fields: [
      .id("id", "u.id"), .text("firstname", "u.firstname"), .text("lastname", "u.lastname").sortable(by: "internal.fold(u.lastname)"),
      .text("email", "u.email").sortable(by: "lower(u.email)"),
    ],
    relations: [
      .many(
        "roles",
        Resource(
          "role_of_member", table: "model_has_roles", from: "model_has_roles mr join roles ro on ro.id = mr.role_id", id: "ro.id",
          fields: [.id("id", "ro.id"), .text("name", "ro.name")]),
        on: "mr.model_id = u.id and mr.model_type = 'user' and mr.team_id = $1", order: "ro.id", embedded: true, expected: 2),
      .many(
        "permissions",
        Resource(
          "permission_of_member", table: "model_has_permissions",
          from: "model_has_permissions mp join permissions pe on pe.id = mp.permission_id", id: "pe.id",
          fields: [.id("id", "pe.id"), .text("name", "pe.name")]),
        on: "mp.model_id = u.id and mp.model_type = 'user' and mp.team_id = $1", order: "pe.id", embedded: true, expected: 2),
    ],
    filters: [
      .staffSearch("u.firstname || ' ' || u.lastname", or: "lower(u.email) ^@ lower($?)"),
      Filter(
        "role_id", .integer(min: 1),
        "exists (select from model_has_roles f where f.model_id = u.id and f.model_type = 'user' and f.team_id = $1 and f.role_id = $?)"
      ) { .int64($0) },
    ])

  // MARK: Sessions

  /// `$1` bigint: whose; `$2` bigint: the session that asks.
  static let ownSessions = Listing(
    "auth.sessions", session("own_session", "OwnSession", [.bool("is_current", "s.id = $2::bigint")]),
    where: ["s.open_user_id = $1", "s.expires_at > now()"], fixedParameters: 2, defaultSort: "-last_used_at")
  /// `$1` bigint: whose. Those that are over too.
  static let sessionsOfUser = Listing(
    "auth.sessions_of_user",
    session(
      "session", "UserSession",
      [
        .id("user_id", "s.user_id"), .time("revoked_at", "s.revoked_at").nullable,
        .choice("revocation_reason", "s.revocation_reason", SessionRevocationReason.allCases.map(\.rawValue)).nullable,
      ]), where: ["s.user_id = $1"], fixedParameters: 1, defaultSort: "-last_used_at")

  private static func session(_ name: String, _ schema: String, _ further: [Resource.Field]) -> Resource {
    Resource(
      name, schema: schema, table: "sessions", from: "sessions s", id: "s.id", stream: .init(Session.category, isAggregate: false),
      fields: [
        .id("id", "s.id"), .text("user_agent", "s.user_agent").nullable, .text("address", "s.address").nullable,
        .time("created_at", "s.created_at").sortable, .time("last_used_at", "s.last_used_at").sortable,
        .time("expires_at", "s.expires_at"),
      ] + further)
  }

  // MARK: Audit

  static let auditLog = Listing(
    "auth.audit_log",
    Resource(
      "audit_entry", schema: "AuditEntry", table: "audit_log", from: "audit_log a", id: "a.id",
      fields: [
        .id("id", "a.id"), .time("at", "a.at").sortable, .text("actor", "a.actor").nullable,
        .id("actor_user_id", "a.actor_user_id").nullable, .text("action", "a.action"),
        .choice("subject_kind", "a.subject_kind", ["user", "session", "role", "permission"]), .id("subject_id", "a.subject_id"),
        .text("address", "a.address").nullable, .json("details", "a.details", Schema(["type": "object"])),
      ],
      filters: [
        Filter("action", alias: "action", .text(255), "a.action = $?") { .text($0) },
        .id("actor_user_id", "a.actor_user_id"),
        Filter("subject_kind", alias: "subject_kind", .text(255), "a.subject_kind = $?") { .text($0) },
        .id("subject_id", "a.subject_id"),
        Filter("address", alias: "address", .text(45), "a.address = $?") { .text($0) },
        Filter("at][gte", .time, "a.at >= $?::timestamptz") { .text($0.rfc3339) },
        Filter("at][lt", .time, "a.at < $?::timestamptz") { .text($0.rfc3339) },
      ]), defaultSort: "-at")

  // MARK: Roles and permissions

  static let permission = Resource(
    "permission", schema: "Permission", table: "permissions", from: "permissions p", id: "p.id", stream: .init(Permission.category),
    fields: [
      .id("id", "p.id"), .text("name", "p.name").sortable, .text("guard_name", "p.guard_name"),
      .time("created_at", "p.created_at").nullable.sortable, .time("updated_at", "p.updated_at").nullable,
    ])

  static let role = Resource(
    "role", schema: "Role", table: "roles", from: "roles r", id: "r.id", stream: .init(Role.category),
    fields: [
      .id("id", "r.id"), .id("team_id", "r.team_id").nullable, .text("name", "r.name").sortable, .text("guard_name", "r.guard_name"),
      .time("created_at", "r.created_at").nullable.sortable, .time("updated_at", "r.updated_at").nullable,
    ],
    relations: [
      .many(
        "permissions", permission, from: "role_has_permissions rp join permissions p on p.id = rp.permission_id", on: "rp.role_id = r.id",
        order: "p.id", showing: ["id", "name"], embedded: true)
    ],
    filters: [.id("team_id", "r.team_id")])

  static let onePermission = RowQuery("auth.permission", permission, where: "p.id = $1")
  static let permissions = Listing("auth.permissions", permission, defaultSort: "name", defaultLimit: 50)
  static let oneRole = RowQuery("auth.role", role, where: "r.id = $1")
  static let roleList = Listing("auth.roles", role, defaultSort: "name", defaultLimit: 50)
}
