public import EventSourcing
public import JSON

/// What is published under a routing key.
public struct MessageDescription: Sendable {
  public let name: MessageName
  /// The events that make such messages.
  public let events: [EventType]
  /// What the data may be, whichever of the events it tells of.
  public let data: JSONShape
}

extension MessageCatalogue {
  /// Every routing key once, sorted.
  /// - Throws: when a translation cannot be described, or one key has two short types.
  public static func descriptions() throws -> [MessageDescription] {
    var found: [String: (name: MessageName, events: [EventType], data: JSONShape)] = [:]
    for translation in all {
      for (name, shape) in try translation.shapes() {
        var message = found[name.routingKey] ?? (name: name, events: [], data: JSONShape())
        guard message.name == name else { throw AmbiguousMessage(one: message.name, other: name) }
        message.events.append(translation.event)
        message.data.merge(shape)
        found[name.routingKey] = message
      }
    }
    return found.sorted { $0.key < $1.key }.map { MessageDescription(name: $0.value.name, events: $0.value.events, data: $0.value.data) }
  }
}

/// Two short types for one routing key: a consumer could not say which one it wants.
struct AmbiguousMessage: Error {
  let one: MessageName
  let other: MessageName
}
