import Aggregates
import EventSourcing

extension Projection {
  /// What products are classified by.
  static let productReferences: [EventHandler] = priced + trees + groups

  private static let priced: [EventHandler] =
    EventHandler.reference(VAT.self, ProductTables.vat, columns: { ["name": .text($0.name), "value_": .rate($0.rate)] }) {
      id, facts, rows in
      rows.updateAll(
        ProductTables.types, where: "id_1", equals: .id(id), set: ["id_1": nil, "updated_at": .timestamp(facts.occurredAt)])
    }
    + EventHandler.reference(
      Brand.self, ProductTables.brands, columns: { ["name": .text($0.name), "website": .text($0.website)] })
    + EventHandler.reference(
      ProductType.self, ProductTables.types, columns: { ["name": .text($0.name), "id_1": .id($0.vatID)] }
    ) { id, _, rows in
      rows.deleteAll(from: ProductTables.productTypes, where: "type_id", equals: .id(id))
    }

  private static let trees: [EventHandler] =
    EventHandler.tree(Category.self, ProductTables.categories) { id, _, rows in
      rows.deleteAll(from: ProductTables.productCategories, where: "category_id", equals: .id(id))
    }
    + EventHandler.tree(Catalog.self, ProductTables.catalogs) { id, _, rows in
      rows.deleteAll(from: ProductTables.productCatalogs, where: "catalog_id", equals: .id(id))
    }

  private static let groups: [EventHandler] =
    EventHandler.reference(AttributeGroup.self, ProductTables.attributeGroups, columns: { ["name": .text($0.name)] }) { id, facts, rows in
      rows.updateAll(
        ProductTables.attributes, where: "attribute_group_id", equals: .id(id),
        set: ["attribute_group_id": nil, "updated_at": .timestamp(facts.occurredAt)])
    }
    + EventHandler.reference(CharacteristicGroup.self, ProductTables.characteristicGroups, columns: { ["name": .text($0.name)] }) {
      id, facts, rows in
      rows.updateAll(
        ProductTables.relatedCharacteristics, where: "id_1", equals: .id(id),
        set: ["id_1": nil, "updated_at": .timestamp(facts.occurredAt)])
    }
    + EventHandler.reference(
      RelatedCharacteristic.self, ProductTables.relatedCharacteristics, columns: { ["name": .text($0.name), "id_1": .id($0.groupID)] }
    ) { id, facts, rows in
      rows.updateAll(
        ProductTables.characteristics, where: "related_characteristic_id", equals: .id(id),
        set: ["related_characteristic_id": nil, "updated_at": .timestamp(facts.occurredAt)])
    }
}
