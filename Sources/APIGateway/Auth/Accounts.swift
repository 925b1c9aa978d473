import Aggregates
import EventSourcing

/// An account as its stream has it, for signing in. Read from the log, since a read table may lag behind a change of password or role.
struct Account: Sendable {
  var userID: UserID
  var email = ""
  var firstname = ""
  var lastname = ""
  var passwordHash: String?
  /// How many addresses it has had, the present one included.
  var addressCount = 0
  /// How often all its sessions were ended at once.
  var sessionEpoch = 0
  var isDeleted = false
  /// Platform-wide roles.
  var roles: Set<String> = []

  /// The strongest of the roles.
  var role: PlatformRole { PlatformRole.allCases.first { roles.contains($0.rawValue) } ?? .customer }

  var caller: Caller { Caller(userID: userID, role: role, email: email, sessionEpoch: sessionEpoch) }

  /// The account that holds an address; nil when nobody does.
  static func find(email: String, _ services: GatewayServices) async throws -> Account? {
    guard let stream = try await services.log.claimOwner(services.emails.claim(of: email)), let number = Int64(stream.id) else {
      return nil
    }
    return try await load(UserID(number), services.log)
  }

  static func load(_ userID: UserID, _ log: any EventLog) async throws -> Account {
    var account = Account(userID: userID)
    var version = StreamVersion.none
    while true {
      let events = try await log.readStream(User.stream(userID), after: version, limit: 200)
      let keys = try await log.subjectKeys(Set(events.compactMap(\.subject)), create: false)
      for event in events { account.apply(try UserEvent.decoder.decode(event, keys: keys)) }
      guard events.count == 200 else { return account }
      version = events[199].version
    }
  }

  private mutating func apply(_ event: UserEvent) {
    switch event {
    case .userRegistered(let event):
      email = event.personal?.email ?? ""
      addressCount = 1
      firstname = event.personal?.firstname ?? ""
      lastname = event.personal?.lastname ?? ""
    case .userRenamed(let event):
      firstname = event.personal?.firstname ?? ""
      lastname = event.personal?.lastname ?? ""
    case .emailChanged(let event):
      email = event.personal?.email ?? ""
      addressCount += 1
      sessionEpoch += 1
    case .passwordSet(let event): passwordHash = event.personal?.hash
    case .passwordChanged(let event):
      passwordHash = event.personal?.hash
      sessionEpoch += 1
    case .sessionsRevoked: sessionEpoch += 1
    case .userDeleted:
      isDeleted = true
      sessionEpoch += 1
    case .userRestored: isDeleted = false
    case .roleAssigned(let event): if event.teamID == 0 { roles.insert(event.roleName) }
    case .roleRevoked(let event): if event.teamID == 0 { roles.remove(event.roleName) }
    case .permissionGranted, .permissionRevoked, .emailVerified: break
    }
  }
}
