import Aggregates

struct NewBrand: RouteInput {
  let name: String
  let website: String?

  init(_ fields: inout InputReader) {
    name = fields.body("name", .text(255))
    website = fields.optional("website", .text(255, .webAddress))
  }
}

struct BrandChange: RouteInput {
  let id: BrandID
  let name: String?
  let website: Change<String>

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(BrandID.self))
    name = fields.change("name", .text(255))
    website = fields.nullableChange("website", .text(255, .webAddress))
  }
}

struct NewProductType: RouteInput {
  let name: String
  let vatID: VATRateID?

  init(_ fields: inout InputReader) {
    name = fields.body("name", .text(255))
    vatID = fields.optional("id_1", .id(VATRateID.self))
  }
}

struct ProductTypeChange: RouteInput {
  let id: ProductTypeID
  let name: String?
  let vatID: Change<VATRateID>

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(ProductTypeID.self))
    name = fields.change("name", .text(255))
    vatID = fields.nullableChange("id_1", .id(VATRateID.self))
  }
}

/// Percent with two digits after the point; a rate counts thousandths.
private func vatRate(_ hundredths: Int64) -> VATRate { VATRate(rawValue: hundredths * 10) }

struct NewVATRate: RouteInput {
  let name: String
  let rate: VATRate

  init(_ fields: inout InputReader) {
    name = fields.body("name", .text(255))
    rate = vatRate(fields.body("value_", .decimal(scale: 2, min: 0, max: 10_000)))
  }
}

struct VATRateChange: RouteInput {
  let id: VATRateID
  let name: String?
  let rate: VATRate?

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(VATRateID.self))
    name = fields.change("name", .text(255))
    rate = fields.change("value_", .decimal(scale: 2, min: 0, max: 10_000)).map(vatRate)
  }
}

/// A new group of attributes or characteristics.
struct NewGroup: RouteInput {
  let name: String

  init(_ fields: inout InputReader) {
    name = fields.body("name", .text(255))
  }
}

struct GroupChange<ID: EntityID>: RouteInput {
  let id: ID
  let name: String?

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(ID.self))
    name = fields.change("name", .text(255))
  }
}

struct NewRelatedCharacteristic: RouteInput {
  let name: String
  let groupID: CharacteristicGroupID?

  init(_ fields: inout InputReader) {
    name = fields.body("name", .text(255))
    groupID = fields.optional("id_1", .id(CharacteristicGroupID.self))
  }
}

struct RelatedCharacteristicChange: RouteInput {
  let id: RelatedCharacteristicID
  let name: String?
  let groupID: Change<CharacteristicGroupID>

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(RelatedCharacteristicID.self))
    name = fields.change("name", .text(255))
    groupID = fields.nullableChange("id_1", .id(CharacteristicGroupID.self))
  }
}
