public import EventSourcing

/// The account that a contact's address belongs to. Linking it again changes nothing.
public struct LinkContactToUser: Command {
  public var contactID: ContactID
  public var userID: UserID

  public init(contactID: ContactID, userID: UserID) {
    self.contactID = contactID
    self.userID = userID
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(Contact.self, contactID)
    guard state.existence == .present else { throw ContactRejection.notFound(contactID) }
    guard state.userID != userID else { return NoAnswer() }
    let linked = ContactLinkedToUser(contactID: contactID, userID: userID)
    try session.record([.contactLinkedToUser(linked)], on: Contact.self, contactID)
    session.claim(Contact.userClaim(userID), for: Contact.stream(contactID))
    if let old = state.userID { session.release(Contact.userClaim(old), from: Contact.stream(contactID)) }
    return NoAnswer()
  }
}

/// Makes a contact say what his account says. Nothing happens where he is not linked to it.
public struct FollowUser: Command {
  public var contactID: ContactID
  public var userID: UserID
  /// The claim on the address after the change; nil when the change leaves it.
  public var emailClaim: String?
  /// What is to become of the content; may run several times.
  public var change: @Sendable (inout ContactContent) -> Void

  public init(
    contactID: ContactID, userID: UserID, emailClaim: String? = nil, change: @escaping @Sendable (inout ContactContent) -> Void
  ) {
    self.contactID = contactID
    self.userID = userID
    self.emailClaim = emailClaim
    self.change = change
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    guard try session.load(Contact.self, contactID).userID == userID else { return NoAnswer() }
    return try ChangeContact(contactID: contactID, emailClaim: emailClaim, change: change).decide(in: &session)
  }
}

extension Contact {
  /// The claim by which an account finds its contact: one at most.
  public static func userClaim(_ user: UserID) -> String { "contact-user:\(user)" }

  /// Why a contact is deleted whose account was closed.
  public static let accountDeleted = "account deleted"
}
