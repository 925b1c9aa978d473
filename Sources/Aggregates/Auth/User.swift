public import EventSourcing

/// An account (stream `user-<id>`): who it is, its password and its roles.
///
/// The state holds nothing personal, so that nothing is left of a forgotten user in the memory of a process.
public enum User: Aggregate {
  public typealias Event = UserEvent
  public static let category = "user"
  public static let initialState = State()

  public struct State: Hashable, Sendable {
    /// Whether the account was opened.
    public var isRegistered = false
    public var roles: Set<Assignment> = []
  }

  /// A role within a team.
  public struct Assignment: Hashable, Sendable {
    public var role: RoleID
    /// 0 for the whole platform, else a website.
    public var teamID: Int64
  }

  public static func evolve(_ state: inout State, _ event: UserEvent) {
    switch event {
    case .userRegistered: state.isRegistered = true
    case .passwordSet: break
    case .roleAssigned(let event): state.roles.insert(Assignment(role: event.roleID, teamID: event.teamID))
    case .roleRevoked(let event): state.roles.remove(Assignment(role: event.roleID, teamID: event.teamID))
    }
  }

  // MARK: Decisions

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

  /// Gives a role; nothing happens when it is held already.
  public static func decide(_ command: AssignRole, _ state: State) throws(UserRejection) -> [Event] {
    guard state.isRegistered else { throw .notFound(command.userID) }
    guard command.teamID >= 0 else { throw .invalid(FieldError("team_id", .outOfRange(minimum: 0, maximum: nil))) }
    guard !state.roles.contains(Assignment(role: command.role.id, teamID: command.teamID)) else { return [] }
    return [assigned(command.role, to: command.userID, teamID: command.teamID, by: command.assignedBy)]
  }

  /// Takes a role back; nothing happens when it is not held.
  public static func decide(_ command: RevokeRole, _ state: State) throws(UserRejection) -> [Event] {
    guard state.isRegistered else { throw .notFound(command.userID) }
    guard state.roles.contains(Assignment(role: command.role.id, teamID: command.teamID)) else { return [] }
    guard command.role != .superAdmin || command.revokedBy != command.userID else { throw .ownAdministration }
    return [
      .roleRevoked(
        RoleRevoked(
          userID: command.userID, roleID: command.role.id, roleName: command.role.name, teamID: command.teamID,
          revokedBy: command.revokedBy))
    ]
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

  private static func assigned(_ role: DefaultRole, to userID: UserID, teamID: Int64 = 0, by assigner: UserID? = nil) -> Event {
    .roleAssigned(
      RoleAssigned(
        userID: userID, roleID: role.id, roleName: role.name, teamID: teamID, permissions: role.permissions.map(\.rawValue),
        assignedBy: assigner))
  }

  private static func check(_ rules: () throws(FieldError) -> Void) throws(UserRejection) {
    do {
      try rules()
    } catch {
      throw .invalid(error)
    }
  }
}

/// Why a command on an account is refused. That an e-mail address is taken shows in its claim, not here.
public enum UserRejection: Rejection, Hashable {
  /// A field breaks a rule.
  case invalid(FieldError)
  /// There is no such account.
  case notFound(UserID)
  /// The id has an account.
  case alreadyRegistered(UserID)
  /// A super administrator cannot take that role from himself.
  case ownAdministration
}
