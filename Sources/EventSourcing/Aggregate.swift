/// The events of one aggregate: an enum with one case for each kind of payload.
public protocol AggregateEvent: Sendable, Hashable {
  /// The payload of the case.
  var payload: any EventPayload { get }
  /// Every kind of event with the case that takes it: `EventDecoder([EventCase(OrderPlaced.self, OrderEvent.placed), …])`.
  static var decoder: EventDecoder<Self> { get }
}

/// The pure rules of one kind of stream.
///
/// The decider pattern: `decide` says what a command makes of a state, `evolve` says what an event makes of it.
/// Neither reads a clock, draws a number or does I/O: what they need comes in the command.
/// `decide` has no fixed shape here, because commands differ in what they need; by convention it is
/// a static function `decide(_:_:) throws(Rejection) -> [Event]` beside `evolve`.
public protocol Aggregate: SendableMetatype {
  associatedtype State: Sendable
  associatedtype Event: AggregateEvent
  /// The category of its streams, without a hyphen.
  static var category: String { get }
  /// The state of a stream without events.
  static var initialState: State { get }
  /// What an event makes of a state. Total: an event that is in the log was right when it was written.
  static func evolve(_ state: inout State, _ event: Event)
}

extension Aggregate {
  /// The stream of one instance.
  public static func stream(_ id: some CustomStringConvertible) -> StreamName {
    StreamName(category: category, id: id)
  }

  /// The state after some events.
  public static func state(after events: some Sequence<Event>, from state: State? = nil) -> State {
    var state = state ?? initialState
    for event in events { evolve(&state, event) }
    return state
  }
}

/// An aggregate whose streams grow long, so that its state is stored now and then.
///
/// A snapshot holds no personal data in clear. It is thrown away when `snapshotFingerprint` changes.
public protocol SnapshottingAggregate: Aggregate where State: JSONCodable {
  /// Changes whenever `evolve` or the shape of the state does.
  static var snapshotFingerprint: String { get }
  /// How many events lie between two snapshots.
  static var snapshotInterval: Int { get }
}
