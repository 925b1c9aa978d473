public import EventSourcing
public import JSON

/// What a process manager remembers of one order: only what went otherwise than planned. The course of events itself is read off the
/// streams of those whom it commands.
public enum SagaEvent: AggregateEvent {
  case sagaStepRefused(SagaStepRefused)
  case sagaStepSkipped(SagaStepSkipped)
  case sagaParked(SagaParked)
  case sagaResumed(SagaResumed)

  public static let decoder = EventDecoder<SagaEvent>([
    EventCase(SagaStepRefused.self, SagaEvent.sagaStepRefused),
    EventCase(SagaStepSkipped.self, SagaEvent.sagaStepSkipped),
    EventCase(SagaParked.self, SagaEvent.sagaParked),
    EventCase(SagaResumed.self, SagaEvent.sagaResumed),
  ])

  public var payload: any EventPayload {
    switch self {
    case .sagaStepRefused(let event): event
    case .sagaStepSkipped(let event): event
    case .sagaParked(let event): event
    case .sagaResumed(let event): event
    }
  }
}

/// A rule refused a step for good; recorded so that the same message is not tried again.
public struct SagaStepRefused: Hashable, Sendable {
  public static let type = EventType("SagaStepRefused", .private)

  public var orderID: OrderID
  /// The name of the command.
  public var step: String
  /// Which rule refused.
  public var reason: String
}

extension SagaStepRefused: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    orderID = try json.id("order_id")
    step = try json.string("step")
    reason = try json.string("reason")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_id", orderID)
    json.field("step", step)
    json.field("reason", reason)
  }
}

/// A step had had its effect by another way.
public struct SagaStepSkipped: Hashable, Sendable {
  public static let type = EventType("SagaStepSkipped", .private)

  public var orderID: OrderID
  /// The name of the command.
  public var step: String
}

extension SagaStepSkipped: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    orderID = try json.id("order_id")
    step = try json.string("step")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_id", orderID)
    json.field("step", step)
  }
}

/// A message failed again and again; the saga waits at it while others go on.
public struct SagaParked: Hashable, Sendable {
  public static let type = EventType("SagaParked", .private)

  public var orderID: OrderID
  /// Where in the log the message is.
  public var position: Int64
  /// How often it was tried.
  public var tries: Int
  /// What went wrong the last time; for operators.
  public var error: String
}

extension SagaParked: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    orderID = try json.id("order_id")
    position = try json.int64("position")
    tries = try json.int("tries")
    error = try json.string("error")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_id", orderID)
    json.field("position", position)
    json.field("tries", tries)
    json.field("error", error)
  }
}

/// The message went through, and those that had come after it.
public struct SagaResumed: Hashable, Sendable {
  public static let type = EventType("SagaResumed", .private)

  public var orderID: OrderID
  /// Of the message at which the saga had waited.
  public var position: Int64
}

extension SagaResumed: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    orderID = try json.id("order_id")
    position = try json.int64("position")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("order_id", orderID)
    json.field("position", position)
  }
}
