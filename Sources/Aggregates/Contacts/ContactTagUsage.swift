public import EventSourcing
import HashTreeCollections
public import JSON

/// Which contacts carry a tag (stream `contacttagusage-<tag id>`), so that it can be taken off all of them.
public enum ContactTagUsage: Aggregate {
  public static let category = "contacttagusage"
  public static let initialState = State()

  public struct State: Sendable {
    /// Persistent: a popular tag's many contacts are not copied by each decision.
    var carriers: TreeSet<ContactID> = []

    /// The first carriers in order of their ids.
    func first(_ count: Int) -> [ContactID] { Array(carriers.sorted().prefix(count)) }
  }

  public enum Event: AggregateEvent {
    case contactTagUsageCounted(ContactTagUsageCounted)

    public static let decoder = EventDecoder<Event>([EventCase(ContactTagUsageCounted.self, Event.contactTagUsageCounted)])

    public var payload: any EventPayload {
      switch self {
      case .contactTagUsageCounted(let event): event
      }
    }
  }

  public static func evolve(_ state: inout State, _ event: Event) {
    switch event {
    case .contactTagUsageCounted(let event):
      state.carriers.formUnion(event.added)
      for contact in event.removed { state.carriers.remove(contact) }
    }
  }
}

/// Other contacts carry a tag than before.
public struct ContactTagUsageCounted: Hashable, Sendable {
  public static let type = EventType("ContactTagUsageCounted", .private)

  public var tagID: ContactTagID
  /// How many carry it since.
  public var usageCount: Int64
  public var added: [ContactID]
  public var removed: [ContactID]
}

extension ContactTagUsageCounted: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    tagID = try json.id("tag_id")
    usageCount = try json.int64("usage_count")
    added = try json.ids("added")
    removed = try json.ids("removed")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("tag_id", tagID)
    json.field("usage_count", usageCount)
    json.field("added", added)
    json.field("removed", removed)
  }
}
