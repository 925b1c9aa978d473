public import EventSourcing
public import JSON

/// How the domain's small types stand in a payload: ids, cents and times as integers (times in microseconds since 1970, UTC),
/// enumerations by their stable names. In a message they are spelled out: amounts and rates as decimals, times as RFC 3339.
extension JSONObjectReader {
  public mutating func id<ID: EntityID>(_ key: StaticString) throws(JSONError) -> ID {
    ID(rawValue: try int64(key))
  }

  public mutating func optionalID<ID: EntityID>(_ key: StaticString) throws(JSONError) -> ID? {
    try optionalInt64(key).map(ID.init(rawValue:))
  }

  public mutating func ids<ID: EntityID>(_ key: StaticString) throws(JSONError) -> [ID] {
    try int64Array(key).map(ID.init(rawValue:))
  }

  public mutating func cents(_ key: StaticString) throws(JSONError) -> Cents {
    Cents(rawValue: try int64(key))
  }

  public mutating func optionalCents(_ key: StaticString) throws(JSONError) -> Cents? {
    try optionalInt64(key).map(Cents.init(rawValue:))
  }

  public mutating func vatRate(_ key: StaticString) throws(JSONError) -> VATRate {
    VATRate(rawValue: try int64(key))
  }

  public mutating func timestamp(_ key: StaticString) throws(JSONError) -> Timestamp {
    Timestamp(rawValue: try int64(key))
  }

  public mutating func optionalTimestamp(_ key: StaticString) throws(JSONError) -> Timestamp? {
    try optionalInt64(key).map(Timestamp.init(rawValue:))
  }

  /// An enumeration by its raw name.
  public mutating func name<Name: RawRepresentable<String>>(_ key: StaticString, as: Name.Type = Name.self) throws -> Name {
    let text = try string(key)
    guard let value = Name(rawValue: text) else { throw UnknownName(type: String(describing: Name.self), name: text) }
    return value
  }

  /// An enumeration by its raw name, or null.
  public mutating func optionalName<Name: RawRepresentable<String>>(_ key: StaticString, as: Name.Type = Name.self) throws -> Name? {
    guard let text = try optionalString(key) else { return nil }
    guard let value = Name(rawValue: text) else { throw UnknownName(type: String(describing: Name.self), name: text) }
    return value
  }
}

/// A payload holds a name that its enumeration does not have.
struct UnknownName: Error, CustomStringConvertible {
  let type: String
  let name: String
  var description: String { "\(name) is no \(type)" }
}

extension JSONWriter {
  public mutating func field(_ key: StaticString, _ id: some EntityID) { field(key, id.rawValue) }
  public mutating func field(_ key: StaticString, _ id: (some EntityID)?) { field(key, id?.rawValue) }
  public mutating func field(_ key: StaticString, _ ids: [some EntityID]) { field(key, ids.map(\.rawValue)) }
  public mutating func field(_ key: StaticString, _ cents: Cents) {
    if isSpelledOut { field(key, cents.description) } else { field(key, cents.rawValue) }
  }
  public mutating func field(_ key: StaticString, _ cents: Cents?) { if let cents { field(key, cents) } else { null(key) } }
  public mutating func field(_ key: StaticString, _ rate: VATRate) {
    if isSpelledOut { field(key, rate.description) } else { field(key, rate.rawValue) }
  }
  public mutating func field(_ key: StaticString, _ time: Timestamp) {
    if isSpelledOut { field(key, time.rfc3339) } else { field(key, time.rawValue) }
  }
  public mutating func field(_ key: StaticString, _ time: Timestamp?) { if let time { field(key, time) } else { null(key) } }
  public mutating func field(_ key: StaticString, name: some RawRepresentable<String>) { field(key, name.rawValue) }
}
