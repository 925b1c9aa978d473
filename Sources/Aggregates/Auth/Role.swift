public import EventSourcing
public import JSON

/// A set of permissions that can be given to users (stream `role-<id>`).
///
/// Removing one takes it from every user who had it. The default ones keep their names and stay; what they permit can be changed.
public enum Role: EditableReference, RemovableReference {
  public typealias ID = RoleID
  public static let category = "role"
  public static let names = ReferenceNames("Role", id: "role_id")

  public struct Row: Hashable, Sendable {
    /// The only team (website) in which it can be given; nil for every one.
    public var teamID: Int64?
    /// Lower case, at most 255 characters; unique within its team and guard.
    public var name: String
    /// The guard of its permissions; the platform's own is `api`.
    public var guardName: String
    /// What it permits, ascending; all of its guard.
    public var permissionIDs: [PermissionID]

    public init(teamID: Int64? = nil, name: String, guardName: String = Guards.api, permissionIDs: [PermissionID] = []) {
      self.teamID = teamID
      self.name = name
      self.guardName = guardName
      self.permissionIDs = Set(permissionIDs).sorted()
    }
  }

  public static func check(_ row: Row) throws(FieldError) {
    try Guards.check(name: row.name, guardName: row.guardName)
    if let team = row.teamID, team < 1 { throw FieldError("team_id", .outOfRange(minimum: 1, maximum: nil)) }
  }

  public static func checkReferences(of row: Row, in session: inout DecisionSession) throws {
    for permission in try session.rows(Permission.self, row.permissionIDs) where permission?.guardName != row.guardName {
      throw ReferenceRejection.invalid(FieldError("permission_ids", .unknown))
    }
  }

  public static func current(_ row: Row, in session: inout DecisionSession) throws -> Row {
    var row = row
    let permissions = try session.rows(Permission.self, row.permissionIDs)
    row.permissionIDs = zip(row.permissionIDs, permissions).compactMap { $1 == nil ? nil : $0 }
    return row
  }

  public static func claims(_ row: Row) -> [String] {
    ["role:\(row.teamID ?? 0):\(TextRules.folded(row.guardName)):\(TextRules.folded(row.name))"]
  }

  public static func isFixed(_ id: RoleID) -> Bool { DefaultRole(id) != nil }
}

extension Role {
  /// The roles every installation starts with.
  public static let defaultRows = DefaultRole.allCases.map { role in
    (id: role.id, row: Row(name: role.name, permissionIDs: role.permissions.map(\.id)))
  }
}

extension Role.Row: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    teamID = try json.optionalInt64("team_id")
    name = try json.string("name")
    guardName = try json.string("guard_name")
    permissionIDs = try json.ids("permission_ids")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("team_id", teamID)
    json.field("name", name)
    json.field("guard_name", guardName)
    json.field("permission_ids", permissionIDs)
  }
}
