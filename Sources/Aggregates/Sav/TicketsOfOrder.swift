public import EventSourcing
public import JSON

/// The tickets about an order (stream `ticketorder-<order id>`), so that what happens to it can be noted on each of them.
public enum TicketsOfOrder: Aggregate {
  public static let category = "ticketorder"
  public static let initialState = State()

  public struct State: Hashable, Sendable {
    public internal(set) var tickets: Set<TicketID> = []
  }

  public static func evolve(_ state: inout State, _ event: TicketsOfOrderEvent) {
    switch event {
    case .linked(let event): state.tickets.insert(event.ticketID)
    }
  }
}

public enum TicketsOfOrderEvent: AggregateEvent {
  case linked(TicketLinkedToOrder)

  public static let decoder = EventDecoder<TicketsOfOrderEvent>([
    EventCase(TicketLinkedToOrder.self, TicketsOfOrderEvent.linked)
  ])

  public var payload: any EventPayload {
    switch self {
    case .linked(let event): event
    }
  }
}

/// A ticket is about the order.
public struct TicketLinkedToOrder: Hashable, Sendable {
  public static let type = EventType("TicketLinkedToOrder", .private)

  public var orderID: OrderID
  public var ticketID: TicketID
}

extension TicketLinkedToOrder: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    orderID = try json.id("order_id")
    ticketID = try json.id("ticket_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_id", orderID)
    json.field("ticket_id", ticketID)
  }
}

extension DecisionSession {
  mutating func link(_ ticketID: TicketID, to orderID: OrderID) throws {
    let linked = TicketLinkedToOrder(orderID: orderID, ticketID: ticketID)
    try record([.linked(linked)], on: TicketsOfOrder.self, orderID)
  }
}

/// Notes an order's new status on the tickets about it that are not closed.
public struct NoteOrderOnTickets: Command {
  public var orderID: OrderID
  /// As the order's page names it.
  public var status: String

  public init(orderID: OrderID, status: String) {
    self.orderID = orderID
    self.status = status
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let tickets = try session.load(TicketsOfOrder.self, orderID).tickets
    try session.prepare(Ticket.self, tickets)
    for ticketID in tickets.sorted() {
      let state = try session.load(Ticket.self, ticketID)
      guard state.status != .closed, !state.isDeleted else { continue }
      var metadata = state.metadata
      metadata.note(orderStatus: status)
      guard metadata != state.metadata else { continue }
      let noted = TicketOrderNoted(
        ticket: state.key, orderID: orderID, status: status,
        personal: TicketMovePersonal(subject: state.subject, metadata: metadata.text))
      try session.record([.orderNoted(noted)], on: Ticket.self, ticketID)
    }
    return NoAnswer()
  }
}
