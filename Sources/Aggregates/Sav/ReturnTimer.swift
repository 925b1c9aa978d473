public import EventSourcing
public import JSON

/// How long returns may take.
public struct ReturnTimes: Sendable, Hashable {
  /// From the authorisation to sending the goods.
  public var sending = Duration.seconds(14 * 24 * 3_600)
  /// The same for goods that had not come when it was authorised: nobody knows when they will, and after so long a parcel is lost.
  public var sendingUndelivered = Duration.seconds(60 * 24 * 3_600)
  /// From the notice of a withdrawal to its refund.
  public var refund = Duration.seconds(14 * 24 * 3_600)

  public init() {}
}

/// What a return's timer asks for when it fires; its payload.
public struct ReturnTimer: JSONCodable, Hashable {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// The goods were not sent in time.
    case sending = "return_sending_due"
    /// A withdrawal is to be paid back.
    case refund = "return_refund_due"
  }

  /// The payload's field `do`.
  public var kind: Kind
  public var returnID: ReturnID

  init(_ kind: Kind, _ returnID: ReturnID) {
    self.kind = kind
    self.returnID = returnID
  }

  public init(from json: inout JSONObjectReader) throws {
    kind = try json.name("do")
    returnID = try json.id("return_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("do", name: kind)
    json.field("return_id", returnID)
  }

  static func due(_ kind: Kind, _ state: Return.State) -> Timestamp? {
    kind == .sending ? state.sendBackUntil : state.refundDueAt
  }
}

extension DecisionSession {
  /// After a change: the timers follow the return.
  mutating func settle(return id: ReturnID, since before: Return.State) throws -> ReturnAnswer {
    let state = try load(Return.self, id)
    for kind in ReturnTimer.Kind.allCases where ReturnTimer.due(kind, before) != ReturnTimer.due(kind, state) {
      let name = "\(kind.rawValue)-\(id)"
      if let due = ReturnTimer.due(kind, state) {
        setTimer(name, due: .at(due), payload: ReturnTimer(kind, id))
      } else {
        cancelTimer(name)
      }
    }
    return ReturnAnswer(id, state)
  }
}

/// What a return's command answers.
public struct ReturnAnswer: JSONCodable, Hashable {
  public var returnID: ReturnID
  /// After the command.
  public var status: ReturnStatus
  /// Whether it was paid back.
  public var isRefunded: Bool

  init(_ id: ReturnID, _ state: Return.State) {
    returnID = id
    status = state.status ?? .requested
    isRefunded = state.isRefunded
  }

  public init(from json: inout JSONObjectReader) throws {
    returnID = try json.id("return_id")
    status = try json.name("status")
    isRefunded = try json.bool("is_refunded")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("return_id", returnID)
    json.field("status", name: status)
    json.field("is_refunded", isRefunded)
  }
}
