public import EventSourcing
public import JSON

/// Logins to an account that were refused (stream `login-<user id>`), for whoever looks into an attack.
///
/// A stream of its own, since anybody can make it longer. Logins to addresses without an account are no account's history and are not noted.
public enum LoginAttempts: Aggregate {
  public typealias Event = LoginEvent
  public static let category = "login"
  public static let initialState = State()

  public struct State: Hashable, Sendable {}

  public static func evolve(_ state: inout State, _ event: LoginEvent) {}
}

/// What happens to logins.
public enum LoginEvent: AggregateEvent {
  case loginRefused(LoginRefused)

  public static let decoder = EventDecoder<LoginEvent>([EventCase(LoginRefused.self, LoginEvent.loginRefused)])

  public var payload: any EventPayload {
    switch self {
    case .loginRefused(let event): event
    }
  }
}

/// Somebody named an account, and a password that was not its own, or the account was closed.
public struct LoginRefused: Hashable, Sendable {
  public static let type = EventType("LoginRefused", .private)

  public var userID: UserID
  public var personal: SessionOrigin?

  public var subject: SubjectID { userID.subject }
}

extension LoginRefused: PersonalEventPayload {
  public init(from json: inout JSONObjectReader) throws {
    userID = try json.id("user_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("user_id", userID)
  }
}

/// Notes that a login to an account was refused.
public struct NoteRefusedLogin: Command {
  public var userID: UserID
  public var origin: SessionOrigin

  public init(userID: UserID, origin: SessionOrigin) {
    self.userID = userID
    self.origin = origin
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    guard try session.load(User.self, userID).isRegistered else { throw UserRejection.notFound(userID) }
    try session.record([.loginRefused(LoginRefused(userID: userID, personal: origin))], on: LoginAttempts.self, userID)
    return NoAnswer()
  }
}
