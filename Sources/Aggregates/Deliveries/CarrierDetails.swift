public import EventSourcing
public import JSON

/// What a carrier says of a parcel at a moment.
public struct CarrierReport: Sendable, Hashable {
  /// The carrier's own word: `TRANSIT`; at most 100 characters.
  public var code: String
  /// When it happened, by the carrier.
  public var occurredAt: Timestamp
  /// At most 255 characters, and likewise below.
  public var city: String?
  public var country: String?
  public var description: String?

  public init(code: String, occurredAt: Timestamp, city: String? = nil, country: String? = nil, description: String? = nil) {
    self.code = code
    self.occurredAt = occurredAt
    self.city = city
    self.country = country
    self.description = description
  }

  func check() throws(FieldError) {
    try TextRules.required(code, "code", maximum: 100)
    try TextRules.optional(city, "city")
    try TextRules.optional(country, "country")
    try TextRules.optional(description, "description")
  }

  /// Whether it is the same news, told once more.
  func isRepetition(of other: CarrierReport) -> Bool { code == other.code && occurredAt == other.occurredAt }
}

extension CarrierReport: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    code = try json.string("code")
    occurredAt = try json.timestamp("occurred_at")
    city = try json.optionalString("city")
    country = try json.optionalString("country")
    description = try json.optionalString("description")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("code", code)
    json.field("occurred_at", occurredAt)
    json.field("city", city)
    json.field("country", country)
    json.field("description", description)
  }
}

/// All that a carrier has said of a parcel.
public struct CarrierDetails: Sendable, Hashable {
  /// How many reports are kept: the newest ones.
  static let maximumCount = 50

  /// By time, the oldest first, however they came.
  public var reports: [CarrierReport] = []
  public var signatureRequired: Bool?

  public init() {}

  /// Where the parcel was last seen.
  public var location: CarrierReport? { reports.last { $0.city != nil || $0.country != nil } }

  /// Adds what is new.
  /// - Returns: whether anything was.
  mutating func add(_ new: [CarrierReport], signatureRequired: Bool?) -> Bool {
    let before = self
    for report in new where !reports.contains(where: report.isRepetition) {
      let place = reports.firstIndex { $0.occurredAt > report.occurredAt } ?? reports.endIndex
      reports.insert(report, at: place)
    }
    reports.removeFirst(max(0, reports.count - Self.maximumCount))
    self.signatureRequired = signatureRequired ?? self.signatureRequired
    return self != before
  }
}

extension CarrierDetails: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    reports = try json.array("reports") { try CarrierReport(from: &$0) }
    signatureRequired = try json.optionalBool("signature_required")
  }

  public func encode(to json: inout JSONWriter) {
    json.array("reports", reports) { $1.encode(to: &$0) }
    json.field("signature_required", signatureRequired)
  }
}

/// The carriers whose words the shop understands.
public enum Carrier: String, Sendable, Hashable, CaseIterable {
  case dhl = "DHL"
  case ups = "UPS"
  case colissimo = "Colissimo"

  /// By its name, whatever its case.
  public init?(named name: String) {
    guard let carrier = Self.allCases.first(where: { $0.rawValue.lowercased() == name.lowercased() }) else { return nil }
    self = carrier
  }

  /// What a word of the carrier means for the delivery; nil for one that only informs.
  public func status(of code: String) -> DeliveryStatusName? {
    switch (self, code) {
    case (.dhl, "SHIPMENT_PICKED_UP"), (.ups, "DISPATCHED"), (.colissimo, "DISPATCHED"): .shipped
    case (.dhl, "TRANSIT"), (.ups, "IN_TRANSIT"), (.colissimo, "TRANSIT"): .inTransit
    case (.dhl, "DELIVERED"), (.ups, "DELIVERED"), (.colissimo, "DELIVERED"), (.colissimo, "DISTRIBUTED_BY_RELAY"): .delivered
    case (.dhl, "RETURNED_TO_SHIPPER"): .returned
    case (.ups, "EXCEPTION"): .failed
    default: nil
    }
  }
}
