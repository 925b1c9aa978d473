import EventSourcing

@testable import Aggregates

extension RandomShop {
  static let accountSteps: [Step] = registrations + changes + rights + rights + kindsOfRights

  private static let registrations: [Step] = [
    { shop in
      let id = UserID(shop.freshID())
      let command = RegisterUser(
        userID: id, email: "\(id)@example.com", firstname: shop.name("Ada"), lastname: shop.name("L"), passwordHash: "not a hash",
        emailClaim: "email:\(id)")
      if try await shop.send(command) != nil { shop.users.append(id) }
    },
    { shop in
      let id = UserID.imported(shop.freshID())
      let command = ImportUser(
        userID: id, email: "\(id)@journey.example", firstname: "", lastname: shop.name("Household"), emailClaim: "email:\(id)",
        registeredAt: Timestamp(microseconds: shop.number(1...1_000) * 1_000_000))
      if try await shop.send(command) != nil { shop.users.append(id) }
    },
  ]

  private static let changes: [Step] = [
    { shop in
      guard let user = shop.any(shop.users) else { return }
      try await shop.send(RenameUser(userID: user, firstname: shop.name("Ada"), lastname: shop.name("L")))
    },
    { shop in
      guard let user = shop.any(shop.users) else { return }
      let (number, count) = (shop.freshID(), shop.addressCounts[user] ?? 1)
      let command = ChangeEmail(
        userID: user, email: "\(number)@example.org", emailClaim: "email:\(number)", previousClaim: "email:\(user)", addressCount: count)
      if try await shop.send(command) != nil { shop.addressCounts[user] = count + 1 }
    },
    { shop in
      guard let user = shop.any(shop.users) else { return }
      let offer = MailedTokenOffer(
        tokenHash: "\(shop.freshID())", letter: MailedTokenLetter(email: "\(user)@example.com", firstname: "", token: "t"),
        addressCount: shop.addressCounts[user] ?? 1, lifetime: .seconds(1_000_000), minimumInterval: .zero)
      if shop.chance(50) {
        try await shop.send(RequestEmailVerification(userID: user, offer: offer))
        try await shop.send(VerifyEmail(userID: user, tokenHash: offer.tokenHash))
      } else {
        try await shop.send(RequestPasswordReset(userID: user, offer: offer))
        try await shop.send(ResetPassword(userID: user, tokenHash: offer.tokenHash, passwordHash: shop.name("hash")))
      }
    },
    { shop in
      guard let user = shop.any(shop.users) else { return }
      try await shop.send(ChangePassword(userID: user, passwordHash: shop.name("hash")))
    },
    { shop in
      guard let user = shop.any(Array(shop.users.prefix(5))) else { return }
      try await shop.send(DeleteUser(userID: user, reason: shop.any(UserDeletionReason.allCases)!, deletedBy: nil))
      if shop.chance(80) { try await shop.send(RestoreUser(userID: user, restoredBy: nil)) }
    },
  ]

  private static let rights: [Step] = [
    { shop in
      guard let user = shop.any(shop.users), let role = shop.any(shop.roles) else { return }
      try await shop.send(AssignRole(userID: user, roleID: role, teamID: shop.team(), assignedBy: nil))
    },
    { shop in
      guard let user = shop.any(shop.users), let role = shop.any(shop.roles) else { return }
      let team = shop.team()
      try await shop.send(AssignRole(userID: user, roleID: role, teamID: team, assignedBy: nil))
      try await shop.send(RevokeRole(userID: user, roleID: role, teamID: team, revokedBy: nil))
    },
    { shop in
      guard let user = shop.any(shop.users), let permission = shop.any(shop.permissions) else { return }
      try await shop.send(GrantPermission(userID: user, permissionID: permission, teamID: shop.team(), grantedBy: nil))
    },
    { shop in
      guard let user = shop.any(shop.users), let permission = shop.any(shop.permissions) else { return }
      let team = shop.team()
      try await shop.send(GrantPermission(userID: user, permissionID: permission, teamID: team, grantedBy: nil))
      try await shop.send(RevokePermission(userID: user, permissionID: permission, teamID: team, revokedBy: nil))
    },
  ]

  private static let kindsOfRights: [Step] = [
    { shop in
      let id = PermissionID(shop.freshID())
      if try await shop.send(AddReference<Permission>(id: id, row: Permission.Row(name: "things\(id).view"))) != nil {
        shop.permissions.append(id)
      }
    },
    { shop in
      let id = PermissionID(shop.freshID())
      guard try await shop.send(AddReference<Permission>(id: id, row: Permission.Row(name: "things\(id).view"))) != nil else { return }
      shop.permissions.append(id)
      try await shop.send(ChangeReference<Permission>(id: id, row: Permission.Row(name: "things\(shop.freshID()).view")))
    },
    { shop in
      guard let id = shop.any(shop.permissions) else { return }
      if try await shop.send(RemoveReference<Permission>(id: id, usedBy: 0)) != nil { shop.permissions.removeAll { $0 == id } }
    },
    { shop in
      let id = RoleID(shop.freshID())
      if try await shop.send(AddReference<Role>(id: id, row: shop.role())) != nil { shop.roles.append(id) }
    },
    { shop in
      guard let id = shop.any(shop.roles) else { return }
      let permissions = shop.somePermissions()
      try await shop.send(ChangeReference<Role>(id: id) { $0.permissionIDs = permissions })
    },
    { shop in
      guard let id = shop.any(shop.roles) else { return }
      let name = "role \(shop.freshID())"
      try await shop.send(ChangeReference<Role>(id: id) { $0.name = name })
    },
    { shop in
      guard let id = shop.any(shop.roles) else { return }
      if try await shop.send(RemoveReference<Role>(id: id, usedBy: 0)) != nil { shop.roles.removeAll { $0 == id } }
    },
  ]

  private func team() -> Int64 { chance(50) ? 0 : number(1...3) }

  private func role() -> Role.Row {
    Role.Row(teamID: chance(30) ? number(1...3) : nil, name: "role \(freshID())", permissionIDs: somePermissions())
  }

  private func somePermissions() -> [PermissionID] { Set((0..<number(0...5)).compactMap { _ in any(permissions) }).sorted() }
}
