/// Rows every shop starts with; their ids are their places in these lists, from 1.

/// All rates of France.
extension VAT {
  public static let defaultRows: [(id: VATRateID, row: Row)] = [
    (VATRateID(1), Row(name: "TVA 0%", rate: VATRate(rawValue: 0))),
    (VATRateID(2), Row(name: "TVA 5.5%", rate: VATRate(rawValue: 5_500))),
    (VATRateID(3), Row(name: "TVA 10%", rate: VATRate(rawValue: 10_000))),
    (VATRateID(4), Row(name: "TVA 20%", rate: VATRate(rawValue: 20_000))),
    (VATRateID(5), Row(name: "TVA 2.1%", rate: VATRate(rawValue: 2_100))),
  ]
}

/// All at 20 %.
extension ProductType {
  public static let defaultRows: [(id: ProductTypeID, row: Row)] = numbered([
    "Smartphone", "Laptop", "Tablet", "Desktop", "Monitor", "Keyboard", "Mouse", "Headphones", "Speaker", "Camera",
  ]) { Row(name: $0, vatID: VATRateID(4)) }
}

extension Brand {
  public static let defaultRows: [(id: BrandID, row: Row)] = numbered([
    "Apple", "Samsung", "Sony", "LG", "Microsoft", "Google", "Amazon", "Dell", "HP", "Lenovo",
  ]) { Row(name: $0) }
}

extension AttributeGroup {
  public static let defaultRows: [(id: AttributeGroupID, row: Row)] = numbered([
    "Color", "Size", "Material", "Storage Capacity", "Memory", "Processor", "Screen Size", "Resolution", "Connectivity", "Weight",
  ]) { Row(name: $0) }
}

extension CharacteristicGroup {
  public static let defaultRows: [(id: CharacteristicGroupID, row: Row)] = numbered([
    "Technical Specifications", "Physical Dimensions", "Performance", "Compatibility", "Features", "Power", "Warranty", "Certification",
  ]) { Row(name: $0) }
}

/// All of them roots.
extension Category {
  public static let defaultRows: [(id: CategoryID, row: TreeNode<CategoryID>)] = numbered([
    "Electronics", "Computers", "Mobile Devices", "Audio & Video", "Gaming", "Accessories", "Networking", "Storage", "Monitors & Displays",
    "Input Devices",
  ]) { TreeNode(name: $0) }
}

/// All of them roots.
extension Catalog {
  public static let defaultRows: [(id: CatalogID, row: TreeNode<CatalogID>)] = numbered([
    "Main Catalog", "Premium Products", "Budget Collection", "New Arrivals", "Clearance", "Professional", "Consumer", "Enterprise",
  ]) { TreeNode(name: $0) }
}

private func numbered<ID: EntityID, Row>(_ names: [String], _ row: (String) -> Row) -> [(id: ID, row: Row)] {
  names.enumerated().map { (ID(Int64($0.offset + 1)), row($0.element)) }
}
