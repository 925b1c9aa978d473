/// A VAT rate in thousandths of a percent: 20 % is 20000.
public struct VATRate: RawRepresentable, Hashable, Sendable {
  public let rawValue: Int64

  public init(rawValue: Int64) {
    self.rawValue = rawValue
  }
}
