import Aggregates
import EventSourcing

/// What an account last said of itself, from its public events in the log.
struct AccountFacts: Sendable, Hashable {
  /// Empty once its owner was forgotten.
  var email = ""
  var firstname = ""
  var lastname = ""
  var isDeleted = false
  /// The last other address that was verified as its owner's; nil for none.
  var previousEmail: String?

  /// - Returns: nil for an account that is not there.
  static func read(_ user: UserID, from log: any EventLog) async throws -> AccountFacts? {
    var facts = AccountFacts()
    var verified: [String] = []
    var version = StreamVersion.none
    while true {
      let events = try await log.readStream(User.stream(user), after: version, limit: 500)
      let keys = try await log.subjectKeys(Set(events.compactMap(\.subject)), create: false)
      for event in events where event.isPublic {
        switch try UserEvent.decoder.decode(event, keys: keys) {
        case .userRegistered(let event):
          facts.email = event.personal?.email ?? ""
          facts.firstname = event.personal?.firstname ?? ""
          facts.lastname = event.personal?.lastname ?? ""
        case .userRenamed(let event):
          facts.firstname = event.personal?.firstname ?? ""
          facts.lastname = event.personal?.lastname ?? ""
        case .emailChanged(let event): facts.email = event.personal?.email ?? ""
        case .emailVerified: verified.append(facts.email)
        case .userDeleted: facts.isDeleted = true
        case .userRestored: facts.isDeleted = false
        default: break
        }
      }
      guard events.count == 500, let last = events.last else {
        facts.previousEmail = verified.last { $0 != facts.email && !$0.isEmpty }
        return version == .none && events.isEmpty ? nil : facts
      }
      version = last.version
    }
  }
}
