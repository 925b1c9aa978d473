import Aggregates
import EventSourcing

/// The tables of roles and permissions, from the auth service's public events: its own, and those of a service that keeps a copy to judge by.
///
/// The tables are those of `schema/auth_service_db/generation/live/20261126000100_rights.sql`.
enum RightsTables {
  static let all = [permissions, roles, userPermissions, userRoles, rolePermissions]

  static let handlers = permissionHandlers + roleHandlers + holderHandlers

  private static let permissionHandlers = EventHandler.reference(
    Permission.self, permissions, columns: { ["name": .text($0.name), "guard_name": .text($0.guardName)] }
  ) { id, _, rows in
    rows.deleteAll(from: rolePermissions, where: "permission_id", equals: .id(id))
    rows.deleteAll(from: userPermissions, where: "permission_id", equals: .id(id))
  }

  private static let roleHandlers: [EventHandler] =
    EventHandler.reference(
      Role.self, roles,
      columns: { ["team_id": .int($0.teamID), "name": .text($0.name), "guard_name": .text($0.guardName)] }
    ) { id, _, rows in
      rows.deleteAll(from: rolePermissions, where: "role_id", equals: .id(id))
      rows.deleteAll(from: userRoles, where: "role_id", equals: .id(id))
    }
    + [
      .on(ReferenceAdded<Role>.self) { event, _, rows in insertPermissions(of: event.id, event.row, &rows) },
      .on(ReferenceChanged<Role>.self) { event, _, rows in
        rows.deleteAll(from: rolePermissions, where: "role_id", equals: .id(event.id))
        insertPermissions(of: event.id, event.row, &rows)
      },
    ]

  private static func insertPermissions(of role: RoleID, _ row: Role.Row, _ rows: inout RowChanges) {
    for permission in row.permissionIDs {
      rows.insert(into: rolePermissions, ["permission_id": .id(permission), "role_id": .id(role)])
    }
  }

  private static let holderHandlers: [EventHandler] = [
    .on(RoleAssigned.self) { event, _, rows in
      rows.insert(
        into: userRoles,
        ["role_id": .id(event.roleID), "model_type": holder, "model_id": .id(event.userID), "team_id": .int(event.teamID)])
    },
    .on(RoleRevoked.self) { event, _, rows in
      rows.delete(from: userRoles, .int(event.teamID), .id(event.roleID), .id(event.userID), holder)
    },
    .on(PermissionGranted.self) { event, _, rows in
      rows.insert(
        into: userPermissions,
        ["permission_id": .id(event.permissionID), "model_type": holder, "model_id": .id(event.userID), "team_id": .int(event.teamID)])
    },
    .on(PermissionRevoked.self) { event, _, rows in
      rows.delete(from: userPermissions, .int(event.teamID), .id(event.permissionID), .id(event.userID), holder)
    },
  ]

  /// What roles and permissions are given to; nothing but users here.
  private static let holder: SQLValue = "user"

  // MARK: Tables

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
