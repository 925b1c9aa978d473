import Aggregates
import EventSourcing
import Synchronization

/// What accounts may do now, whatever their tokens say: a role that was taken, a session that was ended, a password that was changed and an
/// account that was deleted count in every process within `maximumAge`, not when the token expires.
///
/// Standings are folded from the accounts' own streams and remembered. The log is asked for changes of accounts, roles and sessions at most
/// once in `maximumAge`, by the request that finds the memory that old; so it costs nothing while nobody asks, and a request reads nothing but
/// memory in between. A customer's fresh token is believed as long as no change of his account was seen, so that most customers cost no
/// read at all. Read tables are not asked: they may lag.
final class Standings: Sendable {
  /// What of an account, role or session ends or changes rights.
  private static let filter = EventFilter(
    types: [
      RoleAssigned.type, RoleRevoked.type, PermissionGranted.type, PermissionRevoked.type, PasswordChanged.type, EmailChanged.type,
      UserDeleted.type, UserRestored.type, SessionsRevoked.type, SessionRevoked.type, ReferenceAdded<Role>.type,
      ReferenceChanged<Role>.type, ReferenceRemoved<Role>.type,
      ReferenceAdded<Permission>.type, ReferenceChanged<Permission>.type, ReferenceRemoved<Permission>.type,
    ].map(\.name))

  /// What ends all tokens of an account.
  private static let endings = Set(
    [PasswordChanged.type, EmailChanged.type, UserDeleted.type, UserRestored.type, SessionsRevoked.type].map(\.name))

  /// How far clocks of processes that issue tokens may be apart.
  private static let clockTolerance = Duration.seconds(10)

  private struct Memory {
    /// Everything up to here is known; nil before the first look.
    var position: Position?
    var checkedAt: ContinuousClock.Instant?
    /// When the following began: tokens issued before may be older than what is known of their accounts.
    var knownSince: Timestamp?
    var following: Task<Void, any Error>?
    /// Counts the changes that were seen, so that what was read before one is not remembered after it.
    var changes = 0
    var standings: TwoGenerationCache<UserID, Standing?>
    /// Whether a session was ended.
    var revocations: TwoGenerationCache<SessionID, Bool>
    /// Accounts that lost something, for as long as tokens from before may be about.
    var changed: Set<UserID> = []
    var changedBefore: Set<UserID> = []
    /// Sessions that were ended, for as long as tokens of theirs may be about.
    var ended: Set<SessionID> = []
    var endedBefore: Set<SessionID> = []
    var turnedAt: ContinuousClock.Instant

    func hasEnded(_ session: SessionID?) -> Bool { session.map { ended.contains($0) || endedBefore.contains($0) } ?? false }
  }

  private let log: any EventLog
  private let maximumAge: Duration
  private let tokenLifetime: Duration
  private let memory: Mutex<Memory>

  init(log: any EventLog, maximumAge: Duration, tokenLifetime: Duration, capacity: Int) {
    self.log = log
    self.maximumAge = maximumAge
    self.tokenLifetime = tokenLifetime
    memory = Mutex(
      Memory(standings: TwoGenerationCache(capacity: capacity), revocations: TwoGenerationCache(capacity: capacity), turnedAt: .now))
  }

  /// What the bearer of a token may do; nil for a customer of whom nothing speaks against the token.
  /// - Throws: `Problem(.unauthorized)` when the account is closed, or the token's session was ended.
  func standing(of token: AccessToken) async throws -> Standing? {
    try await follow()
    let caller = token.caller
    let isBelieved = try memory.withLock { memory in
      if memory.hasEnded(caller.sessionID) { throw Problem(.unauthorized) }
      return caller.role == .customer && token.issuedAt >= memory.knownSince! + Self.clockTolerance
        && !memory.changed.contains(caller.userID) && !memory.changedBefore.contains(caller.userID)
    }
    if isBelieved { return nil }
    let standing = try await standing(of: caller)
    guard standing.isOpen, standing.sessionEpoch == caller.sessionEpoch else { throw Problem(.unauthorized) }
    if let session = caller.sessionID, try await isRevoked(session) { throw Problem(.unauthorized) }
    return standing
  }

  private func isRevoked(_ session: SessionID) async throws -> Bool {
    let (known, changes) = memory.withLock { ($0.revocations[session], $0.changes) }
    if let known { return known }
    let isRevoked = try await state(of: Session.self, session).isRevoked
    memory.withLock { memory in
      if memory.changes == changes { memory.revocations[session] = isRevoked }
    }
    return isRevoked
  }

  /// What the bearer of a token may do. Without an account, the token is all that is known.
  func standing(of caller: Caller) async throws -> Standing {
    try await standing(of: caller.userID) ?? Standing(caller)
  }

  /// What an account may do, also when it is closed; nil when there is none.
  func standing(of userID: UserID) async throws -> Standing? {
    try await follow()
    let (known, changes) = memory.withLock { ($0.standings[userID], $0.changes) }
    if let known { return known }
    let standing = try await read(userID)
    memory.withLock { memory in
      if memory.changes == changes { memory.standings[userID] = .some(standing) }
    }
    return standing
  }

  // MARK: Reading

  /// Nil when there is no account.
  private func read(_ userID: UserID) async throws -> Standing? {
    let account = try await state(of: User.self, userID)
    guard account.isRegistered else { return nil }
    var standing = Standing()
    standing.isOpen = !account.isDeleted
    standing.sessionEpoch = account.sessionEpoch
    for assignment in account.roles {
      guard let (name, permissions) = try await role(assignment.role) else { continue }
      standing.give(role: name, permissions: permissions, team: assignment.teamID)
    }
    for grant in account.permissions {
      if let name = try await permission(grant.permission) { standing.give(permission: name, team: grant.teamID) }
    }
    return standing
  }

  /// A role of the platform's guard with its permissions; nil when it is no more. A default one that was not seeded is what it would be.
  func role(_ id: RoleID) async throws -> (name: String, permissions: [String])? {
    switch try await state(of: Role.self, id) {
    case .removed: return nil
    case .missing: return DefaultRole(id).map { ($0.name, $0.permissions.map(\.rawValue)) }
    case .present(let row):
      guard row.guardName == Guards.api else { return nil }
      var permissions: [String] = []
      for id in row.permissionIDs {
        if let name = try await permission(id) { permissions.append(name) }
      }
      return (row.name, permissions)
    }
  }

  /// The name of a permission of the platform's guard; nil when it is no more.
  func permission(_ id: PermissionID) async throws -> String? {
    // The platform's own cannot be renamed or removed.
    if let known = DefaultPermission(id) { return known.rawValue }
    return try await state(of: Permission.self, id).row.flatMap { $0.guardName == Guards.api ? $0.name : nil }
  }

  /// Without what is personal.
  private func state<A: Aggregate>(of aggregate: A.Type, _ id: some CustomStringConvertible) async throws -> A.State {
    let (decoder, page) = (A.Event.decoder, 500)
    var (state, version) = (A.initialState, StreamVersion.none)
    while true {
      let events = try await log.readStream(A.stream(id), after: version, limit: page)
      for event in events { A.evolve(&state, try decoder.decode(event, keys: [:])) }
      guard events.count == page else { return state }
      version = events[page - 1].version
    }
  }

  // MARK: Following

  /// Sees to it that what is known is at most `maximumAge` old.
  private func follow() async throws {
    let task = memory.withLock { memory -> Task<Void, any Error>? in
      if let checkedAt = memory.checkedAt, .now - checkedAt < maximumAge { return nil }
      if let following = memory.following { return following }
      // A task of its own, since all requests that come meanwhile wait for it: none of them may cancel it.
      let task = Task { try await self.look() }
      memory.following = task
      return task
    }
    try await task?.value
  }

  private func look() async throws {
    defer { memory.withLock { $0.following = nil } }
    let (now, time) = (ContinuousClock.now, Timestamp.now())
    let head = try await log.head()
    var position = memory.withLock { $0.position } ?? head
    while position < head {
      let page = try await log.readLog(after: position, filter: Self.filter, limit: 500)
      guard page.position > position else { break }
      memory.withLock { memory in for event in page.events { Self.note(event, in: &memory) } }
      position = page.position
    }
    let reached = position
    memory.withLock { memory in
      memory.position = reached
      memory.knownSince = memory.knownSince ?? time
      memory.checkedAt = now
      if now - memory.turnedAt > tokenLifetime + Self.clockTolerance {
        (memory.changedBefore, memory.changed) = (memory.changed, [])
        (memory.endedBefore, memory.ended, memory.turnedAt) = (memory.ended, [], now)
      }
    }
  }

  private static func note(_ event: RecordedEvent, in memory: inout Memory) {
    memory.changes += 1
    if event.type == SessionRevoked.type.name {
      // The stream says which one; its payload need not be readable for a session to be over.
      guard let session = Int64(event.stream.id).map({ SessionID($0) }) else { return }
      memory.revocations[session] = true
      memory.ended.insert(session)
      return
    }
    guard event.stream.category == User.category, let number = Int64(event.stream.id) else {
      // A role or permission has changed, and so may have everybody who has it.
      memory.standings.removeAll()
      return
    }
    memory.standings[UserID(number)] = nil
    if endings.contains(event.type) {
      memory.changed.insert(UserID(number))
    }
  }
}
