/// Where a ticket stands.
///
/// ```
///  – ──▶ open ──agent assigned──▶ in_progress ──▶ waiting_customer ──7 days──▶ closed
///         │  ◀────unassigned──────┘  ▲   │  ◀──customer writes──┘
///         └──▶ closed      reopened──┘   └──▶ resolved ──customer, or 24 hours──▶ closed
/// ```
public enum TicketStatus: String, Sendable, Hashable, CaseIterable {
  case open
  case inProgress = "in_progress"
  case waitingCustomer = "waiting_customer"
  case resolved, closed
}

/// How urgent a ticket is, from the least.
public enum TicketPriority: String, Sendable, Hashable, CaseIterable, Comparable {
  case low, medium, high, urgent

  /// One step up; urgent stays.
  public var raised: TicketPriority {
    let all = Self.allCases
    return all[min(all.firstIndex(of: self)! + 1, all.count - 1)]
  }

  public static func < (left: TicketPriority, right: TicketPriority) -> Bool {
    allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
  }
}

/// Who does something with a ticket.
public enum TicketActor: Sendable, Hashable {
  /// Sees his own tickets.
  case customer(UserID)
  /// Sees the tickets assigned to him, those of nobody, and his own. Of a website's: only tickets about its orders, beside his own.
  case agent(UserID, of: WebsiteID? = nil)
  /// Sees all tickets; of a website's: those about its orders, and his own.
  case administrator(UserID, of: WebsiteID? = nil)
  /// Nobody who signed in: sees the ticket whose number he knows.
  case guest(ticketNumber: String)

  var userID: UserID? {
    switch self {
    case .customer(let user), .agent(let user, _), .administrator(let user, _): user
    case .guest: nil
    }
  }

  /// Whether he acts for the shop on a ticket: staff does, but on a ticket of its own.
  func isStaff(for state: Ticket.State) -> Bool {
    switch self {
    case .customer, .guest: false
    case .agent(let user, _), .administrator(let user, _): user != state.userID
    }
  }

  func sees(_ state: Ticket.State) -> Bool {
    switch self {
    case .customer(let user): state.userID == user
    case .agent(let user, let website):
      state.userID == user || state.isOf(website) && (state.assignedTo == nil || state.assignedTo == user)
    case .administrator(let user, let website): state.userID == user || state.isOf(website)
    case .guest(let number): state.ticketNumber == number
    }
  }
}

/// Who wrote a message.
public enum TicketSender: String, Sendable, Hashable, CaseIterable {
  case customer, agent
}
