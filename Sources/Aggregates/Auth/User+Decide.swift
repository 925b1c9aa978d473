extension User {
  /// Opens an account with a password and the customer's role.
  public static func decide(_ command: RegisterUser, _ state: State) throws(UserRejection) -> [Event] {
    guard !state.isRegistered else { throw .alreadyRegistered(command.userID) }
    try check { () throws(FieldError) in
      try TextRules.email(command.email)
      try TextRules.required(command.firstname, "firstname")
      try TextRules.required(command.lastname, "lastname")
      try TextRules.required(command.passwordHash, "password")
    }
    return registered(command.userID, command.email, command.firstname, command.lastname, command.passwordHash)
      + [assigned(.customer, to: command.userID)]
  }

  /// Opens the first administrator's account, or gives him back his role. An account that exists keeps its password.
  public static func decide(_ command: BootstrapAdministrator, _ state: State) throws(UserRejection) -> [Event] {
    guard !state.roles.contains(Assignment(role: DefaultRole.superAdmin.id, teamID: 0)) else { return [] }
    try check { () throws(FieldError) in
      try TextRules.email(command.email)
      try TextRules.required(command.passwordHash, "password")
    }
    let account =
      state.isRegistered
      ? [] : registered(command.userID, command.email, command.firstname, command.lastname, command.passwordHash)
    return account + [assigned(.superAdmin, to: command.userID)]
  }

  /// Opens an account that nobody can log in to. Names may be empty.
  public static func decide(_ command: ImportUser, _ state: State) throws(UserRejection) -> [Event] {
    guard !state.isRegistered else { return [] }
    try check { () throws(FieldError) in
      try TextRules.email(command.email)
      try TextRules.optional(command.firstname, "firstname")
      try TextRules.optional(command.lastname, "lastname")
    }
    return registered(command.userID, command.email, command.firstname, command.lastname, nil) + [assigned(.customer, to: command.userID)]
  }

  /// Gives a role that is there; nothing happens when it is held already.
  public static func decide(_ command: AssignRole, _ role: Role.Row, permissions: [String], _ state: State) throws(UserRejection) -> [Event]
  {
    try requireActive(command.userID, state)
    try check { () throws(FieldError) in
      try team(command.teamID)
      if let only = role.teamID, only != command.teamID { throw FieldError("team_id", .unknown) }
    }
    guard !state.roles.contains(Assignment(role: command.roleID, teamID: command.teamID)) else { return [] }
    return [
      .roleAssigned(
        RoleAssigned(
          userID: command.userID, roleID: command.roleID, roleName: role.name, teamID: command.teamID, permissions: permissions,
          assignedBy: command.assignedBy))
    ]
  }

  /// Takes a role that is there back; nothing happens when it is not held.
  public static func decide(_ command: RevokeRole, _ role: Role.Row, _ state: State) throws(UserRejection) -> [Event] {
    try requireActive(command.userID, state)
    guard state.roles.contains(Assignment(role: command.roleID, teamID: command.teamID)) else { return [] }
    guard !isOwnAdministration(command.roleID, command.teamID) || command.revokedBy != command.userID else { throw .ownAdministration }
    return [
      .roleRevoked(
        RoleRevoked(
          userID: command.userID, roleID: command.roleID, roleName: role.name, teamID: command.teamID, revokedBy: command.revokedBy))
    ]
  }

  /// Gives a permission that is there; nothing happens when it is held directly already.
  public static func decide(_ command: GrantPermission, _ permission: Permission.Row, _ state: State) throws(UserRejection) -> [Event] {
    try requireActive(command.userID, state)
    try check { () throws(FieldError) in try team(command.teamID) }
    guard !state.permissions.contains(Grant(permission: command.permissionID, teamID: command.teamID)) else { return [] }
    return [
      .permissionGranted(
        PermissionGranted(
          userID: command.userID, permissionID: command.permissionID, permissionName: permission.name, teamID: command.teamID,
          grantedBy: command.grantedBy))
    ]
  }

  /// Takes a permission that is there back; nothing happens when it is not held directly.
  public static func decide(_ command: RevokePermission, _ permission: Permission.Row, _ state: State) throws(UserRejection) -> [Event] {
    try requireActive(command.userID, state)
    guard state.permissions.contains(Grant(permission: command.permissionID, teamID: command.teamID)) else { return [] }
    return [
      .permissionRevoked(
        PermissionRevoked(
          userID: command.userID, permissionID: command.permissionID, permissionName: permission.name, teamID: command.teamID,
          revokedBy: command.revokedBy))
    ]
  }

  /// Gives a user other names.
  public static func decide(_ command: RenameUser, _ state: State) throws(UserRejection) -> [Event] {
    try requireActive(command.userID, state)
    try check { () throws(FieldError) in
      try TextRules.required(command.firstname, "firstname")
      try TextRules.required(command.lastname, "lastname")
    }
    return [
      .userRenamed(
        UserRenamed(
          userID: command.userID, personal: UserRenamed.Personal(firstname: command.firstname, lastname: command.lastname)))
    ]
  }

  /// Gives an account another e-mail address, which is not verified yet, and ends every session.
  public static func decide(_ command: ChangeEmail, _ state: State) throws(UserRejection) -> [Event] {
    try requireActive(command.userID, state)
    guard command.addressCount == state.addressCount else { throw .addressOutdated(command.userID) }
    try check { () throws(FieldError) in try TextRules.email(command.email) }
    return [.emailChanged(EmailChanged(userID: command.userID, personal: EmailChanged.Personal(email: command.email)))]
  }

  /// Gives an account another password, which ends every session.
  public static func decide(_ command: ChangePassword, _ state: State) throws(UserRejection) -> [Event] {
    try requireActive(command.userID, state)
    try check { () throws(FieldError) in try TextRules.required(command.passwordHash, "password") }
    return [.passwordChanged(PasswordChanged(userID: command.userID, personal: PasswordSet.Personal(hash: command.passwordHash)))]
  }

  /// Closes an account; nothing happens when it is closed already.
  public static func decide(_ command: DeleteUser, _ state: State) throws(UserRejection) -> [Event] {
    guard state.isRegistered else { throw .notFound(command.userID) }
    guard !state.isDeleted else { return [] }
    guard command.deletedBy != command.userID || !state.roles.contains(where: { isOwnAdministration($0.role, $0.teamID) }) else {
      throw .ownAdministration
    }
    return [.userDeleted(UserDeleted(userID: command.userID, reason: command.reason, deletedBy: command.deletedBy))]
  }

  /// Opens a closed account again, as it was.
  public static func decide(_ command: RestoreUser, _ state: State) throws(UserRejection) -> [Event] {
    guard state.isRegistered else { throw .notFound(command.userID) }
    guard state.isDeleted else { throw .notDeleted(command.userID) }
    return [.userRestored(UserRestored(userID: command.userID, restoredBy: command.restoredBy))]
  }

  /// Ends every session of an account, also of a closed one.
  public static func decide(_ command: RevokeSessions, _ state: State) throws(UserRejection) -> [Event] {
    guard state.isRegistered else { throw .notFound(command.userID) }
    return [.sessionsRevoked(SessionsRevoked(userID: command.userID, reason: command.reason, revokedBy: command.revokedBy))]
  }

  /// That the owner has the address; nothing happens when that is known.
  static func verified(_ userID: UserID, _ state: State) -> [Event] {
    state.isEmailVerified ? [] : [.emailVerified(EmailVerified(userID: userID))]
  }

  static func requireActive(_ userID: UserID, _ state: State) throws(UserRejection) {
    guard state.isRegistered else { throw .notFound(userID) }
    guard !state.isDeleted else { throw .deleted(userID) }
  }

  private static func isOwnAdministration(_ role: RoleID, _ teamID: Int64) -> Bool { role == DefaultRole.superAdmin.id && teamID == 0 }

  private static func team(_ teamID: Int64) throws(FieldError) {
    guard teamID >= 0 else { throw FieldError("team_id", .outOfRange(minimum: 0, maximum: nil)) }
  }

  private static func registered(
    _ userID: UserID, _ email: String, _ firstname: String, _ lastname: String, _ passwordHash: String?
  ) -> [Event] {
    let account = UserEvent.userRegistered(
      UserRegistered(
        userID: userID, imported: passwordHash == nil,
        personal: UserRegistered.Personal(email: email, firstname: firstname, lastname: lastname)))
    guard let passwordHash else { return [account] }
    return [account, .passwordSet(PasswordSet(userID: userID, personal: PasswordSet.Personal(hash: passwordHash)))]
  }

  /// A new account's role, with the permissions it comes with by default.
  private static func assigned(_ role: DefaultRole, to userID: UserID) -> Event {
    .roleAssigned(
      RoleAssigned(
        userID: userID, roleID: role.id, roleName: role.name, teamID: 0, permissions: role.permissions.map(\.rawValue), assignedBy: nil))
  }

  private static func check(_ rules: () throws(FieldError) -> Void) throws(UserRejection) {
    do {
      try rules()
    } catch {
      throw .invalid(error)
    }
  }
}
