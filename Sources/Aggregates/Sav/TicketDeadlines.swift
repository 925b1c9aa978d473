public import EventSourcing
public import JSON

/// How long tickets may wait, by priority, and when they close by themselves.
public struct TicketTimes: Sendable, Hashable {
  /// From opening to the first answer of an agent.
  public var response: [TicketPriority: Duration] = [
    .low: .hours(48), .medium: .hours(24), .high: .hours(4), .urgent: .hours(1),
  ]
  /// From opening to the resolution.
  public var resolution: [TicketPriority: Duration] = [
    .low: .hours(7 * 24), .medium: .hours(3 * 24), .high: .hours(24), .urgent: .hours(4),
  ]
  /// From asking the customer to closing without his answer.
  public var silence = Duration.hours(7 * 24)
  /// From the resolution to closing without the customer's word.
  public var confirmation = Duration.hours(24)

  public init() {}

  func response(_ priority: TicketPriority) -> Duration { response[priority] ?? .hours(24) }
  func resolution(_ priority: TicketPriority) -> Duration { resolution[priority] ?? .hours(72) }
}

extension Duration {
  fileprivate static func hours(_ count: Int) -> Duration { .seconds(count * 3_600) }
}

/// Which deadline of a ticket was missed.
public enum TicketDeadline: String, Sendable, Hashable, CaseIterable {
  case response, resolution
}

/// A ticket's clock: it runs day and night from the opening, stands while the customer is waited for, and ends at the resolution.
public struct TicketDeadlines: Hashable, Sendable {
  public var openedAt: Timestamp
  /// How long the clock has stood in all, without the present pause; microseconds.
  public var pausedMicroseconds: Int64 = 0
  /// Since when it stands; nil while it runs.
  public var pausedAt: Timestamp?
  /// When an agent must have answered; nil once one has, or the moment has passed.
  public var responseDueAt: Timestamp?
  /// When the ticket must be resolved; nil once the moment has passed. Counts on from here while the clock stands.
  public var resolutionDueAt: Timestamp?
  /// When the ticket closes by itself.
  public var closesAt: Timestamp?

  init(openedAt: Timestamp, _ priority: TicketPriority, _ times: TicketTimes) {
    self.openedAt = openedAt
    responseDueAt = openedAt + times.response(priority)
    resolutionDueAt = openedAt + times.resolution(priority)
  }

  subscript(deadline: TicketDeadline) -> Timestamp? {
    get { deadline == .response ? responseDueAt : resolutionDueAt }
    set { if deadline == .response { responseDueAt = newValue } else { resolutionDueAt = newValue } }
  }

  /// Stops the clock; what is to come of it closes the ticket after a while.
  mutating func pause(at now: Timestamp, closingAfter wait: Duration) {
    if pausedAt == nil { pausedAt = now }
    closesAt = now + wait
  }

  /// Lets the clock run on: all deadlines move by the time it has stood.
  mutating func resume(at now: Timestamp) {
    closesAt = nil
    guard let since = pausedAt else { return }
    let pause = max(0, now.rawValue - since.rawValue)
    pausedAt = nil
    pausedMicroseconds += pause
    responseDueAt = responseDueAt.map { $0 + .microseconds(pause) }
    resolutionDueAt = resolutionDueAt.map { $0 + .microseconds(pause) }
  }

  /// Counts by another priority from now on.
  mutating func recount(from old: TicketPriority, to new: TicketPriority, _ times: TicketTimes) {
    responseDueAt = responseDueAt.map { $0 + (times.response(new) - times.response(old)) }
    resolutionDueAt = resolutionDueAt.map { $0 + (times.resolution(new) - times.resolution(old)) }
  }

  /// Ends all waiting.
  mutating func end(at now: Timestamp) {
    if pausedAt == nil { pausedAt = now }
    closesAt = nil
    responseDueAt = nil
    resolutionDueAt = nil
  }

  /// The minutes the clock has run until a moment.
  func minutes(until moment: Timestamp) -> Int64 {
    let end = pausedAt.map { min($0, moment) } ?? moment
    return max(0, (end.rawValue - openedAt.rawValue - pausedMicroseconds) / 60_000_000)
  }
}

extension TicketDeadlines: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    openedAt = try json.timestamp("opened_at")
    pausedMicroseconds = try json.int64("paused_microseconds")
    pausedAt = try json.optionalTimestamp("paused_at")
    responseDueAt = try json.optionalTimestamp("response_due_at")
    resolutionDueAt = try json.optionalTimestamp("resolution_due_at")
    closesAt = try json.optionalTimestamp("closes_at")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("opened_at", openedAt)
    json.field("paused_microseconds", pausedMicroseconds)
    json.field("paused_at", pausedAt)
    json.field("response_due_at", responseDueAt)
    json.field("resolution_due_at", resolutionDueAt)
    json.field("closes_at", closesAt)
  }
}

/// What a ticket's timer asks for when it fires; its payload.
public struct TicketTimer: JSONCodable, Hashable {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case response = "ticket_response_due"
    case resolution = "ticket_resolution_due"
    case close = "ticket_close_due"
  }

  /// The payload's field `do`.
  public var kind: Kind
  public var ticketID: TicketID

  init(_ kind: Kind, _ ticketID: TicketID) {
    self.kind = kind
    self.ticketID = ticketID
  }

  public init(from json: inout JSONObjectReader) throws {
    kind = try json.name("do")
    ticketID = try json.id("ticket_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("do", name: kind)
    json.field("ticket_id", ticketID)
  }

  var name: String { "\(kind.rawValue)-\(ticketID)" }

  /// When a timer of a kind stands; nil for never.
  static func due(_ kind: Kind, _ deadlines: TicketDeadlines?) -> Timestamp? {
    guard let deadlines else { return nil }
    return switch kind {
    case .response: deadlines.pausedAt == nil ? deadlines.responseDueAt : nil
    case .resolution: deadlines.pausedAt == nil ? deadlines.resolutionDueAt : nil
    case .close: deadlines.closesAt
    }
  }
}

extension DecisionSession {
  /// Sets, moves and cancels a ticket's timers as its clock has changed.
  mutating func keepTimers(of ticketID: TicketID, from old: TicketDeadlines?, to new: TicketDeadlines?) {
    for kind in TicketTimer.Kind.allCases {
      let (before, after) = (TicketTimer.due(kind, old), TicketTimer.due(kind, new))
      guard before != after else { continue }
      let timer = TicketTimer(kind, ticketID)
      if let after { setTimer(timer.name, due: .at(after), payload: timer) } else { cancelTimer(timer.name) }
    }
  }
}
