import Aggregates
import JSON

/// A password that the policy accepts.
struct NewPasswordField: FieldType {
  var placeholder: String { "" }
  var schema: Schema { .text.with("minLength", .int(Int64(PasswordPolicy.minimumLength))).with("format", "password") }

  func read(_ json: JSONValue) throws(FieldFault) -> String {
    guard case .string(let text) = json else { throw FieldFault(.wrongType, limit: "string") }
    do throws(FieldError) {
      try PasswordPolicy.check(text)
    } catch {
      throw FieldFault(error.fieldProblem.code, limit: error.fieldProblem.limit)
    }
    return text
  }
}

extension InputReader {
  /// A new password, and its repetition where one came.
  fileprivate mutating func newPassword() -> String {
    let password = body("password", NewPasswordField())
    let confirmation = optional("password_confirmation", .text(1_024))
    // A password that is wrong itself is told once.
    if let confirmation, !password.isEmpty, confirmation != password { fault("/password_confirmation", .valueNotAllowed) }
    return password
  }
}

struct Registration: RouteInput {
  let firstname: String
  let lastname: String
  let email: String
  let password: String

  init(_ fields: inout InputReader) {
    firstname = fields.body("firstname", .text(255))
    lastname = fields.body("lastname", .text(255))
    email = fields.body("email", .text(255, min: 3, .email))
    password = fields.newPassword()
  }
}

struct Credentials: RouteInput {
  let email: String
  let password: String

  init(_ fields: inout InputReader) {
    email = fields.body("email", .text(255))
    password = fields.body("password", .text(1_024))
  }
}

struct ForgottenPassword: RouteInput {
  let email: String

  init(_ fields: inout InputReader) {
    email = fields.body("email", .text(255, min: 3, .email))
  }
}

struct PasswordReset: RouteInput {
  let token: String
  let password: String

  init(_ fields: inout InputReader) {
    token = fields.body("token", .text(255))
    password = fields.newPassword()
  }
}

/// A token that came by mail.
struct MailedTokenInput: RouteInput {
  let token: String

  init(_ fields: inout InputReader) {
    token = fields.body("token", .text(255))
  }
}

struct PresentedRefreshToken: RouteInput {
  let text: String

  init(_ fields: inout InputReader) {
    text = fields.body("refresh_token", .text(255))
  }
}

/// A token that somebody else presented.
struct PresentedToken: RouteInput {
  let token: String

  init(_ fields: inout InputReader) {
    token = fields.body("token", .text(4_096))
  }
}

/// A change of one's own names or address.
struct OwnProfileChange: RouteInput {
  let names: ProfileChange
  /// Compulsory for another address, since whoever has that can take the account.
  let currentPassword: String?

  init(_ fields: inout InputReader) {
    names = ProfileChange(&fields)
    currentPassword = fields.optional("current_password", .text(1_024))
    if names.email != nil, currentPassword == nil { fields.fault("/current_password", .missingField) }
  }
}

struct OwnPasswordChange: RouteInput {
  let currentPassword: String
  let password: String

  init(_ fields: inout InputReader) {
    currentPassword = fields.body("current_password", .text(1_024))
    password = fields.newPassword()
  }
}

/// Names and address of an account; what is left out stays.
struct ProfileChange: RouteInput {
  let firstname: String?
  let lastname: String?
  let email: String?

  init(_ fields: inout InputReader) {
    firstname = fields.change("firstname", .text(255))
    lastname = fields.change("lastname", .text(255))
    email = fields.change("email", .text(255, min: 3, .email))
  }
}

/// A change of another's account.
struct AccountChange: RouteInput {
  let id: UserID
  let profile: ProfileChange

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(UserID.self))
    profile = ProfileChange(&fields)
  }
}

// MARK: - Rights

/// A team: 0 for the whole platform, else a website.
private let team = IntegerField(range: 0...(1 << 53 - 1))

/// A team to be asked about.
struct TeamInput: RouteInput {
  /// Nil for that of the website that is asked.
  let teamID: Int64?

  init(_ fields: inout InputReader) {
    teamID = fields.query("team_id", team)
  }
}

/// A role for a user.
struct RoleOfUser: RouteInput {
  let id: UserID
  let roleID: RoleID
  /// Nil for that of the website that is asked.
  let teamID: Int64?

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(UserID.self))
    roleID = fields.body("role_id", .id(RoleID.self))
    teamID = fields.optional("team_id", team)
  }
}

/// A role that a user is to lose.
struct LostRole: RouteInput {
  let id: UserID
  let roleID: RoleID
  /// Nil for that of the website that is asked.
  let teamID: Int64?

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(UserID.self))
    roleID = fields.path("role", .id(RoleID.self))
    teamID = fields.query("team_id", team)
  }
}

/// A permission for a user.
struct PermissionOfUser: RouteInput {
  let id: UserID
  let permissionID: PermissionID
  /// Nil for that of the website that is asked.
  let teamID: Int64?

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(UserID.self))
    permissionID = fields.body("permission_id", .id(PermissionID.self))
    teamID = fields.optional("team_id", team)
  }
}

/// A direct permission that a user is to lose.
struct LostPermission: RouteInput {
  let id: UserID
  let permissionID: PermissionID
  /// Nil for that of the website that is asked.
  let teamID: Int64?

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(UserID.self))
    permissionID = fields.path("permission", .id(PermissionID.self))
    teamID = fields.query("team_id", team)
  }
}

struct NewPermission: RouteInput {
  let row: Permission.Row

  init(_ fields: inout InputReader) {
    row = Permission.Row(name: fields.body("name", .text(255)), guardName: fields.optional("guard_name", .text(255)) ?? Guards.api)
  }
}

struct PermissionChange: RouteInput {
  let id: PermissionID
  let name: String?
  let guardName: String?

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(PermissionID.self))
    name = fields.change("name", .text(255))
    guardName = fields.change("guard_name", .text(255))
  }
}

/// Permissions of a role, none of them twice.
private let permissionIDs = ListField(element: IDField<PermissionID>(), maximumCount: 500)

struct NewRole: RouteInput {
  let row: Role.Row

  init(_ fields: inout InputReader) {
    row = Role.Row(
      teamID: fields.optional("team_id", .integer(min: 1, max: 1 << 53 - 1)), name: fields.body("name", .text(255)),
      guardName: fields.optional("guard_name", .text(255)) ?? Guards.api,
      permissionIDs: fields.optional("permission_ids", permissionIDs) ?? [])
  }
}

struct RoleChange: RouteInput {
  let id: RoleID
  let teamID: Change<Int64>
  let name: String?
  let guardName: String?
  let permissions: [PermissionID]?

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(RoleID.self))
    teamID = fields.nullableChange("team_id", .integer(min: 1, max: 1 << 53 - 1))
    name = fields.change("name", .text(255))
    guardName = fields.change("guard_name", .text(255))
    permissions = fields.change("permission_ids", permissionIDs)
  }

  @Sendable func apply(to row: inout Role.Row) {
    row = Role.Row(
      teamID: teamID.applied(to: row.teamID), name: name ?? row.name, guardName: guardName ?? row.guardName,
      permissionIDs: permissions ?? row.permissionIDs)
  }
}

/// What a role permits from now on.
struct PermissionsOfRole: RouteInput {
  let id: RoleID
  let permissions: [PermissionID]

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(RoleID.self))
    permissions = fields.body("permission_ids", permissionIDs)
  }
}
