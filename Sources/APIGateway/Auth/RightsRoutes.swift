import Aggregates
import EventSourcing
import HTTPTypes
import Postgres

/// Roles and permissions. Nobody puts more into a role than he may do himself.
enum RightsRoutes {
  static let routes = reads + roles + permissions

  private static let reads: [Route] = [
    .list(
      "/roles", "roles", "Roles with their permissions", in: NoInput.self, access: .permission(.usersView), from: { $0.reads.auth },
      AuthResources.roleList
    ) { _, _ in [] },
    .row(
      "/roles/{id}", "role", "A role with its permissions", in: IDInput<RoleID>.self, access: .permission(.usersView),
      from: { $0.reads.auth }, AuthResources.oneRole
    ) { input, _ in [.int64(input.id.rawValue)] },
    .list(
      "/permissions", "permissions", "Permissions", in: NoInput.self, access: .permission(.usersView), from: { $0.reads.auth },
      AuthResources.permissions
    ) { _, _ in [] },
    .row(
      "/permissions/{id}", "permission", "A permission", in: IDInput<PermissionID>.self, access: .permission(.usersView),
      from: { $0.reads.auth }, AuthResources.onePermission
    ) { input, _ in [.int64(input.id.rawValue)] },
  ]

  private static let roles: [Route] =
    ReferenceAdministration<Role, NewRole, RoleChange>(
      name: "Role", title: "a role", path: "/roles", idKind: "role", location: "/api/v1/auth/roles", access: .permission(.usersUpdate),
      row: { $0.row }, edited: { $0.id }, edit: { input, row in input.apply(to: &row) }, side: { $0.reads.auth }, uses: unused,
      permits: { request, call in
        switch request {
        case .add(let input): try await call.requireAuthority(giving: input.row.permissionIDs, team: 0)
        case .edit(let input):
          try await call.requireAuthority(over: input.id)
          try await call.requireAuthority(giving: input.permissions ?? [], team: 0)
        case .remove(let id): try await call.requireAuthority(over: id)
        }
      }
    ).routes + [
      Route(
        .post, "/roles/{id}/permissions", "setPermissionsOfRole", "Replaces what a role permits", in: PermissionsOfRole.self,
        out: Schema.reference.asData, access: .permission(.usersUpdate), idempotency: .optional, problems: [.unknownReference]
      ) { input, call in
        try await call.requireAuthority(over: input.id)
        try await call.requireAuthority(giving: input.permissions, team: 0)
        let wanted = Set(input.permissions).sorted()
        return .reference(try await call.execute(ChangeReference<Role>(id: input.id) { $0.permissionIDs = wanted }), input.id)
      }
    ]

  private static let permissions: [Route] =
    ReferenceAdministration<Permission, NewPermission, PermissionChange>(
      name: "Permission", title: "a permission", path: "/permissions", idKind: "permission", location: "/api/v1/auth/permissions",
      access: .permission(.usersUpdate), row: { $0.row }, edited: { $0.id },
      edit: { input, row in
        row.name = input.name ?? row.name
        row.guardName = input.guardName ?? row.guardName
      },
      side: { $0.reads.auth }, uses: unused,
      permits: { request, call in
        switch request {
        case .add: break
        case .edit(let input): try await call.requireAuthority(giving: [input.id], team: 0)
        case .remove(let id): try await call.requireAuthority(giving: [id], team: 0)
        }
      }
    ).routes

  /// A role or permission goes together with all that has it.
  private static let unused = PostgresStatement("auth.uses", "select \(ReadSide.positionSQL), 0::bigint where $1::bigint is not null")
}
