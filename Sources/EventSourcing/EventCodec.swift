import FoundationEssentials
import JSON

/// Why a stored event could not be read.
public enum EventDecodingError: Error, Sendable, CustomStringConvertible {
  /// No payload is known by this name.
  case unknownType(String, Position)
  /// The event was written by a newer version of the software.
  case newerSchema(EventType, stored: Int, Position)
  /// No upcaster leads on from this version.
  case missingUpcaster(EventType, from: Int, Position)
  /// The payload does not have the fields that its type demands.
  case malformed(EventType, Position, String)

  public var description: String {
    switch self {
    case .unknownType(let name, let position): "event \(position): unknown type \(name)"
    case .newerSchema(let type, let stored, let position):
      "event \(position): schema version \(stored) of \(type.name) is newer than \(type.schemaVersion)"
    case .missingUpcaster(let type, let from, let position): "event \(position): no upcaster for version \(from) of \(type.name)"
    case .malformed(let type, let position, let reason): "event \(position): \(type.name): \(reason)"
    }
  }
}

/// Reads the stored form of one kind of payload: brings it up to today's schema version and opens its personal part.
public struct PayloadDecoder<Payload: EventPayload>: Sendable {
  private let read: @Sendable (inout JSONObjectReader, SubjectID?, [SubjectID: SubjectKey]) throws -> Payload

  public init(_ payloadType: Payload.Type = Payload.self) {
    if let personalType = payloadType as? any PersonalEventPayload.Type {
      read = Self.personal(personalType)
    } else {
      read = { json, _, _ in try Payload(from: &json) }
    }
  }

  /// - Parameter keys: the keys of the subjects that may occur; a subject that is missing reads as forgotten.
  /// - Throws: `EventDecodingError`.
  public func decode(_ event: RecordedEvent, keys: [SubjectID: SubjectKey] = [:]) throws -> Payload {
    let type = Payload.type
    do {
      if event.schemaVersion == type.schemaVersion {
        return try JSONObjectReader.parse(event.payload) { try read(&$0, event.subject, keys) }
      }
      return try JSONObjectReader.parse(upcast(event)) { try read(&$0, event.subject, keys) }
    } catch let error as JSONError {
      throw EventDecodingError.malformed(type, event.position, String(describing: error))
    }
  }

  private func upcast(_ event: RecordedEvent) throws -> [UInt8] {
    let type = Payload.type
    guard event.schemaVersion < type.schemaVersion else {
      throw EventDecodingError.newerSchema(type, stored: event.schemaVersion, event.position)
    }
    var value = try JSONValue(parsing: event.payload)
    for version in event.schemaVersion..<type.schemaVersion {
      guard let upcaster = Payload.upcasters[version] else {
        throw EventDecodingError.missingUpcaster(type, from: version, event.position)
      }
      try upcaster(&value)
    }
    return value.serialized
  }

  private static func personal<Personal: PersonalEventPayload>(
    _ personalType: Personal.Type
  ) -> @Sendable (inout JSONObjectReader, SubjectID?, [SubjectID: SubjectKey]) throws -> Payload {
    { json, subject, keys in
      var payload = try Personal(from: &json)
      if let subject, let key = keys[subject], let sealed = try json.optionalString(PersonalPart.field) {
        payload.personal = try PersonalPart.open(sealed, key: key, type: Personal.type.name).map(Personal.Personal.init(jsonBytes:))
      }
      return payload as! Payload
    }
  }
}

/// The personal part of a payload: one field with the Base64 of the sealed JSON object.
enum PersonalPart {
  static let field: StaticString = "personal"

  static func seal(_ plain: [UInt8], key: SubjectKey, type: String) -> String {
    Data(key.seal(plain, context: type)).base64EncodedString()
  }

  static func open(_ sealed: String, key: SubjectKey, type: String) -> [UInt8]? {
    Data(base64Encoded: sealed).flatMap { key.open(Array($0), context: type) }
  }
}

/// One kind of event of an aggregate: its stored type and how its payload becomes a case.
public struct EventCase<Event: Sendable>: Sendable {
  public let type: EventType
  public let payloadType: any EventPayload.Type
  let decode: @Sendable (RecordedEvent, [SubjectID: SubjectKey]) throws -> Event

  /// - Parameters:
  ///   - payloadType: the payload of the case.
  ///   - wrap: the case itself, as in `EventCase(OrderPlaced.self, OrderEvent.placed)`.
  public init<Payload: EventPayload>(_ payloadType: Payload.Type, _ wrap: @escaping @Sendable (Payload) -> Event) {
    self.payloadType = payloadType
    type = Payload.type
    let decoder = PayloadDecoder(payloadType)
    decode = { try wrap(decoder.decode($0, keys: $1)) }
  }
}

/// Reads the stored events of one aggregate.
public struct EventDecoder<Event: Sendable>: Sendable {
  public let cases: [EventCase<Event>]
  private let byName: [String: EventCase<Event>]

  /// - Parameter cases: each stored name once.
  public init(_ cases: [EventCase<Event>]) {
    self.cases = cases
    byName = Dictionary(uniqueKeysWithValues: cases.map { ($0.type.name, $0) })
  }

  /// - Parameter keys: the keys of the subjects that may occur; a subject that is missing reads as forgotten.
  /// - Throws: `EventDecodingError`.
  public func decode(_ event: RecordedEvent, keys: [SubjectID: SubjectKey] = [:]) throws -> Event {
    guard let known = byName[event.type] else { throw EventDecodingError.unknownType(event.type, event.position) }
    return try known.decode(event, keys)
  }
}

/// The key of a subject is needed and was not given.
struct MissingSubjectKey: Error {
  let subject: SubjectID
}

extension EventData {
  /// The stored form of a payload.
  /// - Parameter keys: must hold the key of a personal payload's subject.
  /// - Throws: `MissingSubjectKey`.
  init(_ payload: any EventPayload, occurredAt: Timestamp, keys: [SubjectID: SubjectKey]) throws {
    let type = Swift.type(of: payload).type
    var subject: SubjectID?
    var sealed: String?
    if let personalPayload = payload as? any PersonalEventPayload {
      subject = personalPayload.subject
      if let plain = Self.personalBytes(of: personalPayload) {
        guard let key = keys[personalPayload.subject] else { throw MissingSubjectKey(subject: personalPayload.subject) }
        sealed = PersonalPart.seal(plain, key: key, type: type.name)
      }
    }
    let bytes = JSONWriter.object { json in
      payload.encode(to: &json)
      if let sealed { json.field(PersonalPart.field, sealed) }
    }
    self.init(
      type: type.name, schemaVersion: type.schemaVersion, isPublic: type.visibility == .public, subject: subject, payload: bytes,
      occurredAt: occurredAt)
  }

  private static func personalBytes<Payload: PersonalEventPayload>(of payload: Payload) -> [UInt8]? {
    payload.personal?.jsonBytes
  }
}
