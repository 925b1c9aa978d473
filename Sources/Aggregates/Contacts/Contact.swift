public import EventSourcing

/// A contact (stream `contact-<id>`): what he says of himself, what he wants to be sent, and which tags and lists he is under.
public enum Contact: Aggregate {
  public typealias Event = ContactEvent
  public static let category = "contact"
  public static let initialState = State()
  /// How many tags a contact may carry.
  public static let maximumTags = 50

  public struct State: Hashable, Sendable {
    public enum Existence: Hashable, Sendable {
      case missing, present
      /// Gone for good; the id is not used again.
      case deleted
    }

    public var existence = Existence.missing
    /// Nil once the contact was forgotten.
    public var content: ContactContent?
    public var emailClaim = ""
    public var status = ContactStatus.active
    public var userID: UserID?
    public var subscriptions = ContactSubscriptions()
    /// When the present subscription began; nil without one so far.
    public var subscribedAt: Timestamp?
    public var openCount: Int64 = 0
    public var clickCount: Int64 = 0
    public var tags: [CarriedTag] = []
    public var memberships: [ContactListID: Membership] = [:]

    /// Whether the contact counts among a list's.
    func counts(in list: ContactListID) -> Bool { status == .active && memberships[list]?.isActive == true }
  }

  /// A place on a list; it is kept when the contact leaves.
  public struct Membership: Hashable, Sendable {
    public var id: LinkID
    public var isActive: Bool
  }

  public static func evolve(_ state: inout State, _ event: ContactEvent) {
    switch event {
    case .contactAdded(let event):
      state.existence = .present
      state.content = event.personal
      state.emailClaim = event.emailClaim
      state.status = event.status
      state.userID = event.userID
      state.subscriptions = event.subscriptions
      state.subscribedAt = event.subscribedAt
    case .contactDetailsChanged(let event):
      state.content = event.personal
      state.emailClaim = event.emailClaim
    case .contactStatusChanged(let event): state.status = event.status
    case .contactLinkedToUser(let event): state.userID = event.userID
    case .contactSubscribed(let event):
      state.subscriptions.set(event.subscription, to: true)
      state.subscribedAt = event.subscribedAt
      state.status = event.status
    case .contactUnsubscribed(let event):
      state.subscriptions.drop(event.scope)
      state.status = event.status
    case .contactTagged(let event): state.tags = event.tags
    case .contactUntagged(let event): state.tags = event.tags
    case .contactTagRenamed(let event): state.tags = event.tags
    case .contactAddedToList(let event): state.memberships[event.listID] = Membership(id: event.membershipID, isActive: true)
    case .contactRemovedFromList(let event): state.memberships[event.listID]?.isActive = false
    case .contactEngagementCounted(let event):
      state.openCount = event.openCount
      state.clickCount = event.clickCount
      state.status = event.status
    case .contactDeleted:
      state = State()
      state.existence = .deleted
    }
  }
}

/// Why a command on contacts is refused. That an e-mail address is taken shows in its claim, not here.
public enum ContactRejection: Rejection, Hashable {
  /// A field breaks a rule, or names something that does not exist.
  case invalid(FieldError)
  case notFound(ContactID)
  /// The id has, or had, another contact.
  case alreadyExists(ContactID)
  /// The contact's status does not lead there.
  case wrongStatus(ContactID, current: ContactStatus, allowed: [ContactStatus])
}
