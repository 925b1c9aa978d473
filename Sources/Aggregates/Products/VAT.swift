import EventSourcing

/// A VAT rate (stream `vat-<id>`); names are unique without regard to case and accents.
public enum VAT: EditableReference, RemovableReference {
  public typealias Event = VATRateEvent
  public typealias ID = VATRateID
  public static let category = "vat"

  public struct Row: Hashable, Sendable {
    /// At most 255 characters.
    public var name: String
    /// 0 to 100 %, in hundredths of a percent at the finest, as the table holds.
    public var rate: VATRate

    public init(name: String, rate: VATRate) {
      self.name = name
      self.rate = rate
    }
  }

  public static func change(_ event: VATRateEvent) -> ReferenceChange<Row> {
    switch event {
    case .vatRateAdded(let event): .added(Row(name: event.name, rate: event.rate))
    case .vatRateChanged(let event): .changed(Row(name: event.name, rate: event.rate))
    case .vatRateRemoved: .removed
    }
  }

  public static func added(_ id: VATRateID, _ row: Row) -> Event {
    .vatRateAdded(VATRateAdded(vatID: id, name: row.name, rate: row.rate))
  }

  public static func changed(_ id: VATRateID, _ row: Row) -> Event {
    .vatRateChanged(VATRateChanged(vatID: id, name: row.name, rate: row.rate))
  }

  public static func removed(_ id: VATRateID) -> Event {
    .vatRateRemoved(VATRateRemoved(vatID: id))
  }

  public static func check(_ row: Row) throws(FieldError) {
    try TextRules.required(row.name, "name")
    guard (0...100_000).contains(row.rate.rawValue) else { throw FieldError("value_", .outOfRange(minimum: 0, maximum: 100)) }
    guard row.rate.rawValue % 10 == 0 else { throw FieldError("value_", .malformed) }
  }

  public static func claims(_ row: Row) -> [String] { ["vat-name:\(TextRules.folded(row.name))"] }
}

public typealias AddVATRate = AddReference<VAT>
public typealias SeedVATRate = SeedReference<VAT>
public typealias ChangeVATRate = ChangeReference<VAT>
public typealias RemoveVATRate = RemoveReference<VAT>
