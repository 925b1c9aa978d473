public import EventSourcing
public import JSON

/// A customer's ticket with its conversation and files (stream `ticket-<id>`).
public enum Ticket: Aggregate {
  public static let category = "ticket"
  public static let initialState = State()
  /// How many messages a ticket may have.
  public static let maximumMessages = 1_000
  /// How many files a ticket may have.
  public static let maximumFiles = 100
  /// Characters of a description or message.
  public static let maximumText = 20_000

  /// What can be changed about a ticket.
  public struct Details: Hashable, Sendable {
    /// At most 255 characters.
    public var subject: String
    public var description: String
    /// At most 100 characters.
    public var category: String?
    /// Tags and fields of one's own: a JSON object without the names of `TicketMetadata.reserved`.
    public var metadata: JSONValue
    public var priority: TicketPriority
    public var status: TicketStatus
    /// The agent responsible.
    public var assignedTo: UserID?
  }

  public struct Message: Hashable, Sendable {
    public var senderID: UserID?
    public var senderType: TicketSender
    public var isInternal: Bool
    public var isRead: Bool
  }

  public struct File: Hashable, Sendable {
    public var messageID: TicketMessageID?
    public var filePath: String
  }

  public struct State: Sendable {
    /// Nil: no such ticket.
    public internal(set) var status: TicketStatus?
    public internal(set) var ticketID = TicketID(0)
    public internal(set) var ticketNumber = ""
    public internal(set) var userID: UserID?
    /// Empty once its owner was forgotten, like the description.
    public internal(set) var subject = ""
    public internal(set) var description = ""
    public internal(set) var category: String?
    public internal(set) var metadata = TicketMetadata()
    public internal(set) var priority = TicketPriority.medium
    public internal(set) var assignedTo: UserID?
    public internal(set) var orderID: OrderID?
    /// Where the order was placed; nil for the platform itself, and without an order.
    public internal(set) var websiteID: WebsiteID?
    /// Nil before the opening.
    public internal(set) var deadlines: TicketDeadlines?
    public internal(set) var hasMissedDeadline = false
    public internal(set) var messages: [TicketMessageID: Message] = [:]
    public internal(set) var files: [TicketAttachmentID: File] = [:]
    /// Returns that were opened from it.
    public internal(set) var returns: Set<ReturnID> = []
    public internal(set) var isDeleted = false

    /// Whether whoever works for a website alone works on it; nil stands for who works for the whole platform.
    func isOf(_ website: WebsiteID?) -> Bool { website == nil || website == websiteID }

    var key: TicketKey { TicketKey(ticketID: ticketID, ticketNumber: ticketNumber, userID: userID) }

    /// As a change sees it.
    var details: Details {
      Details(
        subject: subject, description: description, category: category, metadata: metadata.custom, priority: priority,
        status: status ?? .open, assignedTo: assignedTo)
    }
  }

  public static func evolve(_ state: inout State, _ event: TicketEvent) {
    switch event {
    case .opened(let event):
      state.status = .open
      state.ticketID = event.ticket.ticketID
      state.ticketNumber = event.ticket.ticketNumber
      state.userID = event.ticket.userID
      state.subject = event.personal?.subject ?? ""
      state.description = event.personal?.description ?? ""
      state.metadata = TicketMetadata(text: event.personal?.metadata) ?? TicketMetadata()
      state.category = event.category
      state.priority = event.priority
      state.orderID = event.orderID
      state.websiteID = event.websiteID
      state.deadlines = event.deadlines
    case .detailsChanged(let event):
      state.subject = event.personal?.subject ?? ""
      state.description = event.personal?.description ?? ""
      state.metadata = TicketMetadata(text: event.personal?.metadata) ?? TicketMetadata()
      state.category = event.category
    case .priorityChanged(let event):
      state.priority = event.priority
      state.deadlines = event.deadlines
    case .assigned(let event): move(&state, event)
    case .unassigned(let event): move(&state, event)
    case .customerAwaited(let event): move(&state, event)
    case .resumed(let event): move(&state, event)
    case .resolved(let event): move(&state, event)
    case .reopened(let event): move(&state, event)
    case .closed(let event): move(&state, event)
    case .deadlineMissed(let event):
      state.priority = event.priority
      state.deadlines = event.deadlines
      state.hasMissedDeadline = true
      state.metadata = TicketMetadata(text: event.personal?.metadata) ?? TicketMetadata()
    case .orderNoted(let event): state.metadata = TicketMetadata(text: event.personal?.metadata) ?? TicketMetadata()
    case .messageAdded(let event):
      state.messages[event.messageID] = Message(
        senderID: event.senderID, senderType: event.senderType, isInternal: event.isInternal, isRead: false)
      state.deadlines = event.deadlines
    case .messageEdited: break
    case .messageDeleted(let event):
      state.messages[event.messageID] = nil
      state.files = state.files.filter { $0.value.messageID != event.messageID }
    case .messagesRead(let event): for id in event.messageIDs { state.messages[id]?.isRead = true }
    case .fileAttached(let event):
      state.files[event.attachmentID] = File(messageID: event.messageID, filePath: event.filePath)
    case .fileRemoved(let event): state.files[event.attachmentID] = nil
    case .returnRequested(let event): state.returns.insert(event.returnID)
    case .deleted:
      state.isDeleted = true
      state.deadlines = nil
    }
  }

  private static func move<Kind>(_ state: inout State, _ event: TicketMove<Kind>) {
    state.status = event.status
    state.assignedTo = event.assignedTo
    state.deadlines = event.deadlines
    state.metadata = TicketMetadata(text: event.personal?.metadata) ?? TicketMetadata()
  }

  /// A text as it is kept: without control characters but line breaks and tabs, and without white space at its ends.
  public static func cleaned(_ text: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      // U+0000 stays, so that the rules refuse it instead of hiding it.
      let isKept = scalar == "\n" || scalar == "\t" || scalar == "\0" || scalar.properties.generalCategory != .control
      if isKept { scalars.append(scalar) }
    }
    var kept = Substring(String(scalars))
    while kept.first?.isWhitespace == true { kept.removeFirst() }
    while kept.last?.isWhitespace == true { kept.removeLast() }
    return String(kept)
  }
}
