import Aggregates
import EventSourcing

/// From rows to commands, by the mapping of the converted data (`scripts/journey/README.md`). Imported ids are 2^52 plus the source's key.
extension CompleteJourneyImporter {
  static let source = "complete-journey"

  /// The type of all imported products: prices of another country, without VAT.
  private static let exemptType = ProductTypeID.imported(0)

  func importProductType() async throws {
    let zero = VAT.defaultRows[0].id
    _ = try await executor.execute(
      AddReference<ProductType>(id: Self.exemptType, row: ProductType.Row(name: "Complete Journey (0 %)", vatID: zero)),
      id: CommandID(derivedFrom: "\(Self.source)/type", purpose: "import-type"))
  }

  func importBrand(_ row: BrandRow) async throws -> Imported {
    let outcome = try await executor.execute(
      AddReference<Brand>(id: .imported(row.brand), row: Brand.Row(name: row.name)),
      id: CommandID(derivedFrom: "\(Self.source)/\(row.brand)", purpose: "import-brand"))
    return Imported(outcome, events: 1)
  }

  /// Departments, categories and types are one tree of categories.
  func importPlace(_ row: PlaceRow) async throws -> Imported {
    let outcome = try await executor.execute(
      AddTreeNode<Category>(
        id: .imported(row.place), node: TreeNode(name: row.name, parentID: row.parent.map(CategoryID.imported))),
      id: CommandID(derivedFrom: "\(Self.source)/\(row.place)", purpose: "import-category"))
    return Imported(outcome, events: 1)
  }

  func importProduct(_ row: ProductRow) async throws -> Imported {
    let details = Product.Details(
      name: row.name, ref: row.ref, priceHT: Cents(rawValue: row.price), brandID: row.brand.map(BrandID.imported),
      types: [ProductTypeLink(id: .imported(row.product), typeID: Self.exemptType)],
      categories: row.place.map { [ProductCategoryLink(id: .imported(row.product), categoryID: .imported($0))] } ?? [])
    let outcome = try await executor.execute(
      ImportProduct(productID: .imported(row.product), details: details, addedAt: row.firstAt.map(Timestamp.init(microseconds:))),
      id: CommandID(derivedFrom: "\(Self.source)/\(row.product)", purpose: "import-product"))
    return Imported(outcome, events: row.place == nil ? 1 : 2)
  }

  /// A household is a user with one placeholder address, its default.
  func importHousehold(_ row: HouseholdRow) async throws -> Imported {
    let user = UserID.imported(row.household)
    let email = Self.email(of: row.household)
    let registeredAt = Timestamp(microseconds: row.firstAt)
    let account = try await executor.execute(
      ImportUser(
        userID: user, email: email, firstname: "", lastname: "Household \(row.household)", emailClaim: names.claim(email, "email"),
        registeredAt: registeredAt),
      id: CommandID(derivedFrom: "\(Self.source)/\(row.household)", purpose: "import-user"))
    let place = AddressContent(
      firstName: "Household", lastName: String(row.household), addressLine1: "Unknown", city: "Unknown", postalCode: "00000",
      countryID: Country.defaultRows[0].id)
    let address = try await executor.execute(
      ImportAddress(
        userID: user, addressID: .imported(row.household), content: place, isDefault: true, addedAt: registeredAt),
      id: CommandID(derivedFrom: "\(Self.source)/\(row.household)", purpose: "import-address"))
    return Imported(
      events: (account.isDuplicate ? 0 : 3) + (address.isDuplicate ? 0 : 2), isRepeated: account.isDuplicate && address.isDuplicate)
  }

  /// An address that no mail server ever answers for (RFC 2606).
  static func email(of household: Int64) -> String { "household-\(household)@journey.example" }

  func importOrder(_ row: OrderRow, number: String) async throws -> Imported {
    let reference = String(row.basket)
    let command = ImportOrder(
      orderID: .imported(row.basket), orderNumber: number, userID: .imported(row.household), reference: reference,
      billingAddressID: .imported(row.household), lines: try row.lines.map { try line($0, of: row) },
      totalDiscount: Cents(rawValue: row.discount), totalHT: Cents(rawValue: row.net), totalTTC: Cents(rawValue: row.net),
      couponAmount: Cents(rawValue: row.coupon), occurredAt: Timestamp(microseconds: row.at))
    let outcome = try await executor.execute(command, id: ImportOrder.commandID(source: Self.source, reference: reference))
    return Imported(outcome, events: 1)
  }

  private func line(_ line: OrderRow.Line, of row: OrderRow) throws -> ImportedOrderLine {
    try ImportedOrderLine(
      orderItemID: .imported(row.basket * 1_000 + line.rank), productID: .imported(line.product), productName: line.name,
      productRef: String(line.product), quantity: line.quantity, totalHT: Cents(rawValue: line.shelf),
      discount: Cents(rawValue: line.discount), couponAmount: Cents(rawValue: line.coupon))
  }

  /// A coupon in a campaign is a promo code of its own. What it is worth the source does not say.
  func importCoupon(_ row: CouponRow) async throws -> Imported {
    let code = Self.code(coupon: row.coupon, campaign: row.campaign)
    let definition = PromoCodeDefinition(
      // Campaigns have two digits.
      promoCodeID: .imported(row.coupon * 100 + row.campaign),
      name: "Coupon \(row.coupon), campaign \(row.campaign) (\(row.kind))", kind: .fixed, discount: 0,
      typeID: DiscountType.defaultRows[1].id, validFrom: Timestamp(microseconds: row.from), validUntil: Timestamp(microseconds: row.until),
      productIDs: row.products.map(ProductID.imported))
    let outcome = try await executor.execute(
      ImportPromoCode(code: code, definition: definition),
      id: CommandID(derivedFrom: "\(Self.source)/\(code)", purpose: "import-promo-code"))
    return Imported(outcome, events: 1)
  }

  func importRedemption(_ row: RedemptionRow) async throws -> Imported {
    let code = Self.code(coupon: row.coupon, campaign: row.campaign)
    let outcome = try await executor.execute(
      ImportPromoUse(code: code, userID: .imported(row.household), usedAt: Timestamp(microseconds: row.at)),
      id: CommandID(derivedFrom: "\(Self.source)/\(code)/\(row.household)/\(row.at)", purpose: "import-promo-use"))
    return Imported(outcome, events: 1)
  }

  private static func code(coupon: Int64, campaign: Int64) -> String { "\(coupon)-\(campaign)" }
}
