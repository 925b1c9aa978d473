/// The VAT rates every shop starts with; their ids are their places in this list, from 1.
extension VAT {
  public static let defaultRows: [(id: VATRateID, row: Row)] = [
    (VATRateID(1), Row(name: "TVA 0%", rate: VATRate(rawValue: 0))),
    (VATRateID(2), Row(name: "TVA 5.5%", rate: VATRate(rawValue: 5_500))),
    (VATRateID(3), Row(name: "TVA 10%", rate: VATRate(rawValue: 10_000))),
    (VATRateID(4), Row(name: "TVA 20%", rate: VATRate(rawValue: 20_000))),
  ]
}

/// The product types every shop starts with, all at 20 %; their ids are their places in this list, from 1.
extension ProductType {
  public static let defaultRows: [(id: ProductTypeID, row: Row)] = [
    "Smartphone", "Laptop", "Tablet", "Desktop", "Monitor", "Keyboard", "Mouse", "Headphones", "Speaker", "Camera",
  ].enumerated().map { (ProductTypeID(Int64($0.offset + 1)), Row(name: $0.element, vatID: VATRateID(4))) }
}
