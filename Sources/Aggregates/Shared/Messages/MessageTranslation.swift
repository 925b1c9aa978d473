public import EventSourcing
public import JSON

/// What a message is called.
public struct MessageName: Hashable, Sendable {
  /// `<service>.<entity>.<action>`: under what it is published.
  public let routingKey: String
  /// What the envelope calls it: the routing key without the service, unless the documentation has another name.
  public let type: String

  init(_ routingKey: String, type: String? = nil) {
    self.routingKey = routingKey
    self.type = type ?? String(routingKey.drop { $0 != "." }.dropFirst())
  }
}

/// What other services hear of an event.
public struct PublicMessage: Hashable, Sendable {
  public let name: MessageName
  /// A JSON object: amounts as decimals, times as RFC 3339.
  public let data: [UInt8]
}

/// What one kind of public event becomes for other services: a name and the fields of its data. Pure: the same event makes the same message,
/// today and years later.
public struct MessageTranslation: Sendable {
  /// The event's stored type.
  public let event: EventType
  /// What its message may be called; one name, but where the payload decides.
  public let names: [MessageName]
  private let translate: @Sendable (RecordedEvent, [SubjectID: SubjectKey]) throws -> PublicMessage
  private let describe: @Sendable () throws -> [MessageName: JSONShape]

  /// A message whose data are the payload's fields, and what is added after them.
  /// - Parameter more: writes further fields; is given when the event happened.
  init<Payload: EventPayload>(
    _ payload: Payload.Type, _ routingKey: String, type: String? = nil,
    adding more: @escaping @Sendable (inout JSONWriter, Timestamp) -> Void = { _, _ in }
  ) {
    self.init(
      payload, routingKey, type: type,
      writing: { json, payload, event in
        payload.encode(to: &json)
        more(&json, event.occurredAt)
      })
  }

  /// A message whose data are written by hand.
  init<Payload: EventPayload>(
    _ payload: Payload.Type, _ routingKey: String, type: String? = nil,
    writing write: @escaping @Sendable (inout JSONWriter, Payload, RecordedEvent) -> Void
  ) {
    let name = MessageName(routingKey, type: type)
    self.init(payload, names: [name], choosing: { _ in name }, writing: write)
  }

  /// A message whose payload decides what it is called.
  /// - Parameter choose: returns one of the names.
  init<Payload: EventPayload>(
    _ payload: Payload.Type, names: [MessageName], choosing choose: @escaping @Sendable (Payload) -> MessageName,
    writing write: @escaping @Sendable (inout JSONWriter, Payload, RecordedEvent) -> Void
  ) {
    event = Payload.type
    self.names = names
    let decoder = PayloadDecoder(payload)
    translate = { event, keys in
      let payload = try decoder.decode(event, keys: keys)
      var json = JSONWriter(capacity: 512)
      json.isSpelledOut = true
      json.beginObject()
      write(&json, payload, event)
      json.endObject()
      return PublicMessage(name: choose(payload), data: json.bytes)
    }
    describe = {
      var shapes: [MessageName: JSONShape] = [:]
      for payload in try Examples.payloads(Payload.self) {
        let shape = try JSONShape { write(&$0, payload, Examples.event(Payload.type)) }
        shapes[choose(payload), default: JSONShape()].merge(shape)
      }
      return shapes
    }
  }

  /// The message of an event of this kind.
  /// - Parameter keys: the key of the event's subject, if it has one; without it what is personal is null.
  /// - Throws: `EventDecodingError`, when the event cannot be read.
  public func message(of event: RecordedEvent, keys: [SubjectID: SubjectKey]) throws -> PublicMessage {
    try translate(event, keys)
  }

  /// What the data of its messages may be, by what they are called: found by translating examples of the event.
  /// - Throws: when no example of the payload can be made.
  public func shapes() throws -> [MessageName: JSONShape] {
    try describe()
  }
}

/// The translations of all services: one for each kind of public event.
public enum MessageCatalogue {
  public static let all: [MessageTranslation] =
    AuthMessages.all + AddressMessages.all + ProductMessages.all + BasketMessages.all + OrderMessages.all + DeliveryMessages.all
    + NewsletterMessages.all + SavMessages.all + ContactMessages.all + WebsiteMessages.all + QuestionMessages.all

  /// By the event's stored name.
  public static let byEvent = Dictionary(uniqueKeysWithValues: all.map { ($0.event.name, $0) })

  /// Every key that something is published under, sorted.
  public static let routingKeys = Set(all.flatMap(\.names).map(\.routingKey)).sorted()
}

extension MessageTranslation {
  /// The messages about a kind of reference row.
  static func reference<Kind: ReferenceAggregate>(_ kind: Kind.Type, _ entity: String) -> [MessageTranslation] {
    [
      MessageTranslation(ReferenceAdded<Kind>.self, "\(entity).created"),
      MessageTranslation(ReferenceChanged<Kind>.self, "\(entity).updated"),
      MessageTranslation(ReferenceRemoved<Kind>.self, "\(entity).deleted"),
    ]
  }

  /// The messages about a kind of tree.
  static func tree<Kind: TreeKind>(_ kind: Kind.Type, _ entity: String) -> [MessageTranslation] {
    [
      MessageTranslation(TreeNodeAdded<Kind>.self, "\(entity).created"),
      MessageTranslation(TreeNodeRenamed<Kind>.self, "\(entity).renamed"),
      MessageTranslation(TreeNodeMoved<Kind>.self, "\(entity).moved"), MessageTranslation(TreeNodeRemoved<Kind>.self, "\(entity).deleted"),
    ]
  }
}
