import EventSourcing

@testable import Aggregates

extension RandomShop {
  // MARK: Categories, catalogues and groups

  static let classificationSteps: [Step] = [
    addCategory, addCategory,
    { shop in
      guard let id = shop.any(shop.categories) else { return }
      let (name, parent) = (shop.chance(50) ? shop.name("Category") : nil, shop.any(shop.categories))
      // Many of these would close a ring, and are refused.
      try await shop.send(
        ChangeCategory(id: id) { node in
          node.name = name ?? node.name
          node.parentID = parent == id ? nil : parent
        })
    },
    { shop in
      // Products that are in it lose it by the declared cascade.
      guard shop.categories.count > 4, let id = shop.any(shop.categories) else { return }
      if try await shop.send(RemoveCategory(id: id, usedBy: 0)) != nil { shop.categories.removeAll { $0 == id } }
    },
    addCatalog, addCatalog,
    { shop in
      guard let id = shop.any(shop.catalogs) else { return }
      let (name, parent) = (shop.name("Catalog"), shop.chance(50) ? shop.any(shop.catalogs) : nil)
      try await shop.send(
        ChangeCatalog(id: id) { node in
          node.name = name
          node.parentID = parent
        })
    },
    { shop in
      guard shop.catalogs.count > 4, let id = shop.any(shop.catalogs) else { return }
      if try await shop.send(RemoveCatalog(id: id, usedBy: 0)) != nil { shop.catalogs.removeAll { $0 == id } }
    },
    { shop in
      let id = AttributeGroupID(shop.freshID())
      if try await shop.send(AddAttributeGroup(id: id, row: .init(name: shop.name("Size")))) != nil { shop.attributeGroups.append(id) }
    },
    { shop in
      guard let id = shop.any(shop.attributeGroups) else { return }
      try await shop.send(ChangeAttributeGroup(id: id, row: .init(name: shop.name("Size"))))
    },
    { shop in
      guard shop.attributeGroups.count > 2, let id = shop.any(shop.attributeGroups) else { return }
      if try await shop.send(RemoveAttributeGroup(id: id, usedBy: 0)) != nil { shop.attributeGroups.removeAll { $0 == id } }
    },
    { shop in
      let id = CharacteristicGroupID(shop.freshID())
      if try await shop.send(AddCharacteristicGroup(id: id, row: .init(name: shop.name("Power")))) != nil {
        shop.characteristicGroups.append(id)
      }
    },
    { shop in
      guard let id = shop.any(shop.characteristicGroups) else { return }
      try await shop.send(ChangeCharacteristicGroup(id: id, row: .init(name: shop.name("Power"))))
    },
    { shop in
      guard shop.characteristicGroups.count > 2, let id = shop.any(shop.characteristicGroups) else { return }
      if try await shop.send(RemoveCharacteristicGroup(id: id, usedBy: 0)) != nil { shop.characteristicGroups.removeAll { $0 == id } }
    },
    { shop in
      let id = RelatedCharacteristicID(shop.freshID())
      let row = RelatedCharacteristic.Row(name: shop.name("Watts"), groupID: shop.any(shop.characteristicGroups))
      if try await shop.send(AddRelatedCharacteristic(id: id, row: row)) != nil { shop.relatedCharacteristics.append(id) }
    },
    { shop in
      guard let id = shop.any(shop.relatedCharacteristics) else { return }
      let row = RelatedCharacteristic.Row(name: shop.name("Watts"), groupID: shop.any(shop.characteristicGroups))
      try await shop.send(ChangeRelatedCharacteristic(id: id, row: row))
    },
    { shop in
      guard shop.relatedCharacteristics.count > 2, let id = shop.any(shop.relatedCharacteristics) else { return }
      if try await shop.send(RemoveRelatedCharacteristic(id: id, usedBy: 0)) != nil { shop.relatedCharacteristics.removeAll { $0 == id } }
    },
  ]

  private static func addCategory(_ shop: RandomShop) async throws {
    let id = CategoryID(shop.freshID())
    let node = TreeNode(name: shop.name("Category"), parentID: shop.chance(70) ? shop.any(shop.categories) : nil)
    if try await shop.send(AddCategory(id: id, node: node)) != nil { shop.categories.append(id) }
  }

  private static func addCatalog(_ shop: RandomShop) async throws {
    let id = CatalogID(shop.freshID())
    let node = TreeNode(name: shop.name("Catalog"), parentID: shop.chance(50) ? shop.any(shop.catalogs) : nil)
    if try await shop.send(AddCatalog(id: id, node: node)) != nil { shop.catalogs.append(id) }
  }

  func categoryLinks() -> [ProductCategoryLink] {
    Set((0..<number(0...3)).compactMap { _ in any(categories) }).sorted().map {
      ProductCategoryLink(id: LinkID(freshID()), categoryID: $0)
    }
  }

  func catalogLinks() -> [ProductCatalogLink] {
    Set((0..<number(0...2)).compactMap { _ in any(catalogs) }).sorted().map {
      ProductCatalogLink(id: LinkID(freshID()), catalogID: $0)
    }
  }

  // MARK: Attributes, characteristics and images

  static let partSteps: [Step] = [
    { shop in
      guard let (product, _) = shop.any(shop.products) else { return }
      let id = AttributeID(shop.freshID())
      let attribute = Product.Attribute(value: shop.name("M"), groupID: shop.any(shop.attributeGroups), stock: shop.number(0...20))
      if try await shop.send(AddAttribute(productID: product, attributeID: id, attribute: attribute)) != nil {
        shop.attributes[id] = product
      }
    },
    { shop in
      guard let (id, product) = shop.any(shop.attributes) else { return }
      let (value, group) = (shop.name("L"), shop.any(shop.attributeGroups))
      try await shop.send(
        ChangeAttribute(productID: product, attributeID: id) { attribute in
          attribute.value = value
          attribute.groupID = group
        })
    },
    { shop in
      guard let (id, product) = shop.any(shop.attributes) else { return }
      let pieces = shop.number(0...20)
      let operation = shop.any([AdjustStock.Operation.set(pieces), .increment(pieces), .decrement(pieces)])!
      try await shop.send(AdjustAttributeStock(productID: product, attributeID: id, operation))
    },
    { shop in
      guard shop.attributes.count > 3, let (id, product) = shop.any(shop.attributes) else { return }
      try await shop.send(RemoveAttribute(productID: product, attributeID: id))
      shop.attributes[id] = nil
    },
    { shop in
      guard let (product, _) = shop.any(shop.products) else { return }
      let id = CharacteristicID(shop.freshID())
      let characteristic = Product.Characteristic(value: shop.name("1 W"), relatedID: shop.any(shop.relatedCharacteristics))
      if try await shop.send(AddCharacteristic(productID: product, characteristicID: id, characteristic: characteristic)) != nil {
        shop.characteristics[id] = product
      }
    },
    { shop in
      guard let (id, product) = shop.any(shop.characteristics) else { return }
      let wanted = Product.Characteristic(value: shop.name("2 W"), relatedID: shop.any(shop.relatedCharacteristics))
      try await shop.send(ChangeCharacteristic(productID: product, characteristicID: id) { $0 = wanted })
    },
    { shop in
      guard shop.characteristics.count > 3, let (id, product) = shop.any(shop.characteristics) else { return }
      try await shop.send(RemoveCharacteristic(productID: product, characteristicID: id))
      shop.characteristics[id] = nil
    },
    addImage, addImage,
    { shop in
      guard let (id, product) = shop.any(shop.images) else { return }
      let (type, alt, position) = (shop.any(ImageType.allCases)!, shop.chance(50) ? shop.name("A mill") : nil, shop.number(0...9))
      try await shop.send(
        ChangeImage(productID: product, imageID: id) { image in
          image.type = type
          image.altText = alt
          image.position = position
        })
    },
    { shop in
      guard let (_, product) = shop.any(shop.images) else { return }
      let ids = shop.images.filter { $0.value == product }.keys.sorted()
      try await shop.send(ReorderImages(productID: product, imageIDs: ids.reversed()))
    },
    { shop in
      guard let (id, product) = shop.any(shop.images) else { return }
      try await shop.send(
        ResizeImage(
          productID: product, imageID: id, thumbnailURL: "products/\(id)-thumb.jpg", mediumURL: "products/\(id)-medium.jpg"))
    },
    { shop in
      guard shop.images.count > 3, let (id, product) = shop.any(shop.images) else { return }
      try await shop.send(RemoveImage(productID: product, imageID: id))
      shop.images[id] = nil
    },
  ]

  private static func addImage(_ shop: RandomShop) async throws {
    guard let (product, _) = shop.any(shop.products) else { return }
    let id = ImageID(shop.freshID())
    let image = Product.Image(
      originalURL: "products/\(id).jpg", thumbnailURL: shop.chance(50) ? "products/\(id)-thumb.jpg" : nil, filename: shop.name("mill"),
      size: shop.number(0...1_000), mimeType: "image/jpeg", type: shop.any(ImageType.allCases)!,
      altText: shop.chance(50) ? shop.name("A mill") : nil, position: shop.chance(50) ? shop.number(0...9) : nil)
    if try await shop.send(AddImage(productID: product, imageID: id, image: image)) != nil { shop.images[id] = product }
  }
}
