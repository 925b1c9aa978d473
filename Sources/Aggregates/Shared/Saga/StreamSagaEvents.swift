public import EventSourcing
public import JSON

/// The stored names of a saga's events.
public struct StreamSagaNames: Sendable {
  public let parked: EventType
  public let resumed: EventType

  /// - Parameter noun: begins the events' names: `FileSaga` makes `FileSagaParked` and `FileSagaResumed`.
  public init(_ noun: String) {
    parked = EventType("\(noun)Parked", .private)
    resumed = EventType("\(noun)Resumed", .private)
  }
}

public enum StreamSagaEvent<Saga: StreamSagaKind>: AggregateEvent {
  case parked(StreamSagaParked<Saga>)
  case resumed(StreamSagaResumed<Saga>)

  public static var decoder: EventDecoder<StreamSagaEvent<Saga>> {
    EventDecoder([
      EventCase(StreamSagaParked<Saga>.self, StreamSagaEvent.parked), EventCase(StreamSagaResumed<Saga>.self, StreamSagaEvent.resumed),
    ])
  }

  public var payload: any EventPayload {
    switch self {
    case .parked(let event): event
    case .resumed(let event): event
    }
  }
}

/// A message keeps failing: the saga waits at it.
public struct StreamSagaParked<Saga: StreamSagaKind>: Hashable, Sendable {
  public static var type: EventType { Saga.names.parked }

  /// Where in the log the message is.
  public var position: Int64
  /// How often it was tried.
  public var tries: Int
  /// What went wrong the last time; for operators.
  public var error: String
}

extension StreamSagaParked: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    position = try json.int64("position")
    tries = try json.int("tries")
    error = try json.string("error")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("position", position)
    json.field("tries", tries)
    json.field("error", error)
  }
}

/// The message went through, and those that had come after it.
public struct StreamSagaResumed<Saga: StreamSagaKind>: Hashable, Sendable {
  public static var type: EventType { Saga.names.resumed }

  /// Of the message at which the saga had waited.
  public var position: Int64
}

extension StreamSagaResumed: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    position = try json.int64("position")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("position", position)
  }
}
