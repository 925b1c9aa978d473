import EventSourcing

@testable import Aggregates

extension RandomShop {
  // MARK: Addresses

  static let addressSteps: [Step] = [
    { shop in
      guard shop.countries.count < 5 else { return }
      let id = CountryID(shop.freshID())
      let letter = UInt8(ascii: "A") + UInt8(shop.countries.count)
      let row = Country.Row(name: shop.name("Country"), code: "X" + String(decoding: [letter], as: UTF8.self), isActive: shop.chance(80))
      if try await shop.send(AddCountry(id: id, row: row)) != nil { shop.countries.append(id) }
    },
    { shop in
      guard let country = shop.any(shop.countries) else { return }
      let id = RegionID(shop.freshID())
      let row = Region.Row(countryID: country, name: shop.name("Region"), code: shop.chance(50) ? nil : "R\(id)")
      if try await shop.send(AddRegion(id: id, row: row)) != nil { shop.regions[id] = country }
    },
    { shop in
      guard let user = shop.any(shop.users), let content = shop.address() else { return }
      let id = AddressID(shop.freshID())
      if try await shop.send(AddAddress(userID: user, addressID: id, content: content, isDefault: shop.chance(40))) != nil {
        shop.addresses[id] = user
      }
    },
    { shop in
      guard let (id, user) = shop.any(shop.addresses), let content = shop.address() else { return }
      try await shop.send(
        ChangeAddress(userID: user, addressID: id, isDefault: shop.any([nil, true, false])!) { $0 = content })
    },
    { shop in
      guard let (id, user) = shop.any(shop.addresses) else { return }
      try await shop.send(SetDefaultAddress(userID: user, addressID: id))
    },
    { shop in
      guard shop.addresses.count > 5, let (id, user) = shop.any(shop.addresses) else { return }
      if try await shop.send(DeleteAddress(userID: user, addressID: id)) != nil { shop.addresses[id] = nil }
    },
  ]

  private func address() -> AddressContent? {
    guard let country = any(countries) else { return nil }
    let regions = regions.filter { $0.value == country }.keys.sorted()
    return AddressContent(
      addressType: any(AddressType.allCases)!, firstName: name("Ada"), lastName: name("L"), company: chance(30) ? name("Co") : nil,
      addressLine1: name("rue"), city: "Paris", postalCode: String(number(10_000...99_999)), regionID: any(regions), countryID: country,
      phone: chance(30) ? "+33 1" : nil, latitude: chance(30) ? "-12.345678" : nil, longitude: chance(30) ? "99.5" : nil)
  }

  // MARK: Products

  static let productSteps: [Step] = [
    { shop in
      let id = VATRateID(shop.freshID())
      let row = VAT.Row(name: shop.name("TVA"), rate: VATRate(rawValue: shop.number(0...3_000) * 10))
      if try await shop.send(AddVATRate(id: id, row: row)) != nil { shop.vatRates.append(id) }
    },
    { shop in
      guard let id = shop.any(shop.vatRates) else { return }
      let (name, rate) = (shop.name("TVA"), VATRate(rawValue: shop.number(0...3_000) * 10))
      try await shop.send(ChangeVATRate(id: id, row: VAT.Row(name: name, rate: rate)))
    },
    { shop in
      guard let id = shop.any(shop.vatRates), !shop.types.values.contains(id) else { return }
      if try await shop.send(RemoveVATRate(id: id, usedBy: 0)) != nil { shop.vatRates.removeAll { $0 == id } }
    },
    { shop in
      let id = BrandID(shop.freshID())
      if try await shop.send(AddBrand(id: id, row: Brand.Row(name: shop.name("Brand")))) != nil { shop.brands.append(id) }
    },
    { shop in
      guard let id = shop.any(shop.brands) else { return }
      try await shop.send(ChangeBrand(id: id, row: Brand.Row(name: shop.name("Brand"), website: shop.chance(50) ? "x.example" : nil)))
    },
    { shop in
      guard let id = shop.any(shop.brands), !shop.products.values.contains(where: { $0.brandID == id }) else { return }
      if try await shop.send(RemoveBrand(id: id, usedBy: 0)) != nil { shop.brands.removeAll { $0 == id } }
    },
    { shop in
      guard let vat = shop.any(shop.vatRates) else { return }
      let id = ProductTypeID(shop.freshID())
      if try await shop.send(AddProductType(id: id, row: ProductType.Row(name: shop.name("Type"), vatID: vat))) != nil {
        shop.types[id] = vat
      }
    },
    { shop in
      guard let (id, _) = shop.any(shop.types), let vat = shop.any(shop.vatRates) else { return }
      if try await shop.send(ChangeProductType(id: id, row: ProductType.Row(name: shop.name("Type"), vatID: vat))) != nil {
        shop.types[id] = vat
      }
    },
    { shop in
      guard let (id, _) = shop.any(shop.types), !shop.products.values.contains(where: { $0.types.contains { $0.typeID == id } }) else {
        return
      }
      if try await shop.send(RemoveProductType(id: id, usedBy: 0)) != nil { shop.types[id] = nil }
    },
    addProduct, addProduct,
    { shop in
      guard let (id, old) = shop.any(shop.products) else { return }
      var details = old
      if shop.chance(60) { details.priceHT = Cents(shop.number(0...99_999)) }
      if shop.chance(40) { details.name = shop.name("Mill") }
      if shop.chance(30) { details.ref = shop.name("REF") }
      if shop.chance(30) { details.brandID = shop.any(shop.brands) }
      if shop.chance(80) { details.types = shop.links() }
      if shop.chance(40) { details.categories = shop.categoryLinks() }
      if shop.chance(40) { details.catalogs = shop.catalogLinks() }
      details.withdrawalExclusion = details.priceHT.rawValue.isMultiple(of: 3) ? .personalised : nil
      let wanted = details
      if try await shop.send(ChangeProduct(productID: id) { $0 = wanted }) != nil { shop.products[id] = wanted }
    },
    { shop in
      guard shop.products.count > 6, let (id, _) = shop.any(shop.products) else { return }
      guard try await shop.send(DeleteProduct(productID: id)) != nil else { return }
      shop.products[id] = nil
      shop.attributes = shop.attributes.filter { $0.value != id }
      shop.characteristics = shop.characteristics.filter { $0.value != id }
      shop.images = shop.images.filter { $0.value != id }
    },
    { shop in
      guard let (id, _) = shop.any(shop.products) else { return }
      let pieces = shop.number(0...50)
      let operation = shop.any([AdjustStock.Operation.set(pieces), .increment(pieces), .decrement(pieces)])!
      try await shop.send(AdjustStock(productID: id, operation, acceptShortage: shop.chance(20)))
    },
    reserve, reserve, moveReservation, moveReservation, moveReservation,
  ]

  private static func addProduct(_ shop: RandomShop) async throws {
    let id = shop.chance(20) ? ProductID.imported(shop.freshID()) : ProductID(shop.freshID())
    let details = Product.Details(
      name: shop.name("Mill"), ref: shop.name("REF"), priceHT: Cents(shop.number(0...99_999)), brandID: shop.any(shop.brands),
      types: shop.links(), categories: shop.categoryLinks(), catalogs: shop.catalogLinks(),
      withdrawalExclusion: id.rawValue.isMultiple(of: 4) ? .perishable : nil)
    if try await shop.send(AddProduct(productID: id, details: details, stock: shop.number(0...40))) != nil { shop.products[id] = details }
  }

  private func links() -> [ProductTypeLink] {
    let wanted = Set((0..<number(0...2)).compactMap { _ in any(types)?.key })
    return wanted.sorted().map { ProductTypeLink(id: LinkID(freshID()), typeID: $0) }
  }

  private static func reserve(_ shop: RandomShop) async throws {
    let ids = Set((0..<shop.number(1...3)).compactMap { _ in shop.any(shop.products)?.key })
    let items = ids.sorted().map { StockItem(productID: $0, quantity: shop.number(1...5)) }
    guard !items.isEmpty else { return }
    let id = OrderID(shop.freshID())
    let outcome = try await shop.send(
      ReserveStock(orderID: id, items: items, expiresAt: Timestamp(microseconds: 1_900_000_000_000_000)))
    if outcome?.status == .held { shop.reservations[id] = items }
  }

  private static func moveReservation(_ shop: RandomShop) async throws {
    guard let id = shop.any(Array(shop.reservations.keys.sorted().suffix(4))), let items = shop.reservations[id] else { return }
    switch shop.number(1...5) {
    case 1: try await shop.send(ReleaseReservation(orderID: id, reason: .orderCancelled))
    case 2, 3: try await shop.send(ConfirmReservation(orderID: id))
    case 4:
      try await shop.send(ConfirmReservation(orderID: id))
      try await shop.send(DispatchReservation(orderID: id))
      fallthrough
    default: try await shop.send(ReturnStock(orderID: id, items: [items[0]], resellable: shop.chance(60)))
    }
  }
}
