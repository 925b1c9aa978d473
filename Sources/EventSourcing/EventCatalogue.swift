/// Every kind of event that a program knows, checked as a whole when it starts.
public struct EventCatalogue: Sendable {
  /// One kind of event with the category it occurs in.
  public struct Entry: Sendable {
    public let category: String
    public let payloadType: any EventPayload.Type
    public var type: EventType { payloadType.type }
  }

  /// What is wrong with a catalogue.
  public enum Defect: Error, Hashable, Sendable, CustomStringConvertible {
    /// Two kinds of event are stored under one name.
    case duplicateName(String)
    /// Payloads of this version cannot be brought up to the next one.
    case missingUpcaster(type: String, from: Int)
    /// An upcaster leads from a version that was never older than today's.
    case superfluousUpcaster(type: String, from: Int)

    public var description: String {
      switch self {
      case .duplicateName(let name): "two events are stored as \(name)"
      case .missingUpcaster(let type, let from): "\(type) has no upcaster from version \(from)"
      case .superfluousUpcaster(let type, let from): "\(type) has an upcaster from version \(from), which is not older than today's"
      }
    }
  }

  public private(set) var entries: [Entry] = []

  public init() {}

  /// Adds every event of an aggregate.
  public mutating func add<A: Aggregate>(_ aggregate: A.Type) {
    entries += A.Event.decoder.cases.map { Entry(category: A.category, payloadType: $0.payloadType) }
  }

  /// The entry with a stored name.
  public subscript(name: String) -> Entry? {
    entries.first { $0.type.name == name }
  }

  /// What is wrong: names used twice, holes in upcaster chains. Empty when all is well.
  public var defects: [Defect] {
    var seen = Set<String>()
    return entries.flatMap { entry -> [Defect] in
      let type = entry.type
      let upcasters = Set(entry.payloadType.upcasters.keys)
      let needed = Set(1..<max(1, type.schemaVersion))
      return (seen.insert(type.name).inserted ? [] : [.duplicateName(type.name)])
        + needed.subtracting(upcasters).sorted().map { .missingUpcaster(type: type.name, from: $0) }
        + upcasters.subtracting(needed).sorted().map { .superfluousUpcaster(type: type.name, from: $0) }
    }
  }
}
