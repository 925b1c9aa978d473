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
    guard let value = Name(rawValue: text) else { throw unknownName(key, expected: allNames(of: Name.self)) }
    return value
  }

  /// An enumeration by its raw name, or null.
  public mutating func optionalName<Name: RawRepresentable<String>>(_ key: StaticString, as: Name.Type = Name.self) throws -> Name? {
    guard let text = try optionalString(key) else { return nil }
    guard let value = Name(rawValue: text) else { throw unknownName(key, expected: allNames(of: Name.self)) }
    return value
  }
}

/// All names of an enumeration; none where it does not say which cases it has.
private func allNames<Name: RawRepresentable<String>>(of type: Name.Type) -> [String] {
  func names<Cases: CaseIterable>(_ type: Cases.Type) -> [String] { Cases.allCases.compactMap { ($0 as? Name)?.rawValue } }
  return (type as? any CaseIterable.Type).map { names($0) } ?? []
}

extension JSONShape {
  /// An amount in euros, with two decimals.
  static let amount = JSONShape.text(pattern: "^-?[0-9]+\\.[0-9]{2}$")
  /// A rate in percent, with as many decimals as it needs.
  static let rate = JSONShape.text(pattern: "^-?[0-9]+(\\.[0-9]+)?$")
  /// RFC 3339 in UTC, with microseconds.
  static let time = JSONShape.text(format: "date-time")
}

extension JSONWriter {
  public mutating func field(_ key: StaticString, _ id: some EntityID) { field(key, id.rawValue) }
  public mutating func field(_ key: StaticString, _ id: (some EntityID)?) { field(key, id?.rawValue) }
  public mutating func field(_ key: StaticString, _ ids: [some EntityID]) { field(key, ids.map(\.rawValue)) }
  public mutating func field(_ key: StaticString, _ cents: Cents) {
    if isSpelledOut { spell(key, cents.description, .amount) } else { field(key, cents.rawValue) }
  }
  public mutating func field(_ key: StaticString, _ cents: Cents?) {
    if isDescribing { describe(key, .amount.orNull) } else if let cents { field(key, cents) } else { null(key) }
  }
  public mutating func field(_ key: StaticString, _ rate: VATRate) {
    if isSpelledOut { spell(key, rate.description, .rate) } else { field(key, rate.rawValue) }
  }
  public mutating func field(_ key: StaticString, _ time: Timestamp) {
    if isSpelledOut { spell(key, time.rfc3339, .time) } else { field(key, time.rawValue) }
  }
  public mutating func field(_ key: StaticString, _ time: Timestamp?) {
    if isDescribing { describe(key, .time.orNull) } else if let time { field(key, time) } else { null(key) }
  }
  public mutating func field<Name: RawRepresentable<String>>(_ key: StaticString, name: Name) {
    if isDescribing { describe(key, .names(allNames(of: Name.self))) } else { field(key, name.rawValue) }
  }
  public mutating func field<Name: RawRepresentable<String>>(_ key: StaticString, name: Name?) {
    if isDescribing { describe(key, .names(allNames(of: Name.self)).orNull) } else { field(key, name?.rawValue) }
  }

  /// A text that says more than that it is one.
  private mutating func spell(_ key: StaticString, _ text: String, _ shape: @autoclosure () -> JSONShape) {
    if isDescribing { describe(key, shape()) } else { field(key, text) }
  }
}
