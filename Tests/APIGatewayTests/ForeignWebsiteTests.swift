import EventSourcing
import EventStoreTesting
import HTTPTypes
import JSON
import ObjectStorage
import Testing

@testable import APIGateway
@testable import Aggregates

/// Every route of every service, asked on another website's host and on the platform's for what belongs to a website.
///
/// The product 70, the basket 70, the order 70, its delivery 70 and their parts belong to website 1; whoever asks owns them and administers the platform, so
/// that nothing but the website can be what refuses him. Their texts have a word in them that no answer elsewhere may contain.
@Suite struct ForeignWebsiteTests {
  private static let word = "Zircon"
  private static let user = UserID(1)

  /// Paths whose ids are those of products, baskets, orders and their deliveries, or of parts of them.
  private static let owned: [String: [String]] = [
    "products": ["/products/{id}", "/admin/products/{id}"],
    "baskets": ["/baskets/items/{id}", "/baskets/promo-codes/{id}", "/admin/baskets/{id}"],
    "orders": ["/orders/{id}", "/admin/orders/{id}"],
    "deliveries": ["/deliveries/{id}", "/admin/deliveries/{id}"],
  ]

  private static func isOwned(_ route: Route, _ service: String) -> Bool {
    owned[service, default: []].contains { route.path == $0 || route.path.hasPrefix($0 + "/") }
  }

  /// What a description of a body does not say.
  private static let bodies: [String: String] = [
    "moveOrder": #"{"status":"processing"}"#, "changeOrder": #"{"notes":"x"}"#, "changeProduct": #"{"name":"x"}"#,
    "replaceProduct": #"{"name":"x"}"#, "reorderImages": #"{"image_ids":[70]}"#, "changeImage": #"{"position":3}"#,
    "checkout":
      #"{"basket_id":70,"billing_address_id":70,"payment_token":"sandbox_ok"}"#,
    "moveDelivery": #"{"status":"processing"}"#, "changeDelivery": #"{"delivery_notes":"x"}"#,
    "replaceDelivery": #"{"delivery_notes":"x"}"#, "addBasketItem": #"{"product_id":70,"quantity":1}"#,
  ]

  static func body(_ route: Route) -> String? {
    guard route.hasBody else { return nil }
    return bodies[route.operation]
      ?? JSONValue.object(route.input.body.filter { !$0.1.isOptional }.map { (key: $0.0, value: sample($0.1.json)) }).serializedText
  }

  private static func sample(_ schema: JSONValue) -> JSONValue {
    switch schema["type"]?.stringValue {
    case "object":
      let required = schema["required"]?.arrayValue?.compactMap(\.stringValue) ?? []
      return .object(required.map { (key: $0, value: sample(schema["properties"]?[$0] ?? [:])) })
    case "array": return .array([sample(schema["items"] ?? [:])])
    case "integer": return .int(70)
    case "boolean": return true
    default:
      if schema["pattern"] != nil { return "1.00" }
      return .string(ReadRoutesTests.sample(schema))
    }
  }

  // MARK: What belongs to website 1

  private static let rows = [
    "products_service_db": """
    insert into products select 70, '\(word)', '\(word)-1', 10, 5, null, 1, now(), now(), null;
    insert into product_types values (70, 70, 1, now(), now());
    insert into product_categories values (70, 70, 1, now(), now());
    insert into product_catalogs values (70, 70, 1, now(), now());
    insert into attributes values (70, '\(word)', 3, 70, 1, now(), now());
    insert into characteristics values (70, '\(word)', 70, 1, now(), now());
    insert into product_images values
      (70, 70, 'products/\(word)-1/main.jpg', null, null, '\(word).jpg', 'main', null, 0, 100, 'image/jpeg', now(), now());
    """,
    "baskets_service_db": """
    insert into baskets values (70, 1, 5, 1, now(), now(), null);
    insert into basket_items values (70, 70, 70, 1, 10, now(), now());
    insert into basket_promo_code values (70, 70, 1, now(), now());
    insert into product_copies values (70, '\(word)-1', '\(word)', 10, 5, 1, null);
    insert into address_copies values (70, 1, 'both', true);
    """,
    "orders_service_db": """
    insert into orders values (70, '\(word)-70', 1, 1, null, 1, 10, 12, 0, 2, '\(word)', 1, now(), now(), null);
    insert into order_items values (70, 70, 70, '\(word)', '\(word)-1', 1, 10, 12, 10, 0, 2, 12, 20, now(), now());
    """,
    "deliveries_service_db": """
    insert into order_copies values (70, '\(word)-70', 1, 1, 1);
    insert into deliveries values
      (70, '\(word)-D70', 70, null, 1, 'standard', 0, '\(word)', null, '2026-01-03', null, null, null, null, null, null, null, null, now(), now(), null);
    """,
  ]

  private static func write(_ harness: Harness) async throws {
    func run(_ command: some Command) async throws { _ = try await harness.services.executor.execute(command) }
    let (website, product) = (WebsiteID(1), ProductID(70))
    try await run(
      AddProduct(
        productID: product, details: .init(name: word, ref: "\(word)-1", priceHT: Cents(1_000), websiteID: website), stock: 5))
    try await run(AddAttribute(productID: product, attributeID: AttributeID(70), attribute: .init(value: word)))
    try await run(AddCharacteristic(productID: product, characteristicID: CharacteristicID(70), characteristic: .init(value: word)))
    try await run(
      AddImage(
        productID: product, imageID: ImageID(70),
        image: .init(originalURL: "products/\(word)-1/main.jpg", filename: "\(word).jpg", size: 100, mimeType: "image/jpeg")))
    try await run(
      AddPromoCode(
        code: "TEN",
        definition: PromoCodeDefinition(promoCodeID: PromoCodeID(1), name: "Ten", kind: .percentage, discount: 1_000)))
    let facts = ProductFacts(
      productID: product, name: word, ref: "\(word)-1", priceHT: Cents(1_000), vatRate: VATRate(rawValue: 20_000), stock: 5,
      websiteID: website)
    func fill(_ basket: BasketID, _ id: Int64) async throws {
      try await run(
        AddBasketItem(
          basketID: basket, userID: user, websiteID: website, itemID: BasketItemID(id), productID: product, quantity: 1, product: facts))
      try await run(ApplyPromoCode(basketID: basket, userID: user, linkID: LinkID(id), code: "TEN"))
    }
    try await fill(BasketID(69), 69)
    try await run(
      StartCheckout(
        basketID: BasketID(69), userID: user, orderID: OrderID(70), orderNumber: "\(word)-70", firstOrderItemID: OrderItemID(70),
        orderItemIDCount: 1, billingAddressID: AddressID(1), ownAddressIDs: [AddressID(1)], paymentToken: "sandbox_ok",
        products: [product: facts], copiesPosition: harness.log.head()))
    try await run(PlaceOrder(basketID: BasketID(69), attempt: 1))
    try await fill(BasketID(70), 70)
    var content = DeliveryContent()
    content.address = word
    try await run(
      CreateDelivery(
        deliveryID: DeliveryID(70), trackingNumber: "\(word)-D70", orderID: OrderID(70), userID: user, websiteID: website, content: content)
    )
    for (id, row) in Permission.defaultRows { try await run(SeedReference<Permission>(id: id, row: row)) }
    for (id, row) in Role.defaultRows { try await run(SeedReference<Role>(id: id, row: row)) }
    for (user, website) in [(here, 1), (there, 2)] as [(UserID, Int64)] {
      try await run(
        RegisterUser(
          userID: user, email: "\(user)@example.org", firstname: "F", lastname: "L", passwordHash: "x",
          emailClaim: harness.services.emails.claim(of: "\(user)@example.org")))
      try await run(AssignRole(userID: user, roleID: DefaultRole.superAdmin.id, teamID: website, assignedBy: nil))
    }
  }

  /// Who has every right within website 1, and who within website 2; neither has one on the platform.
  private static let (here, there) = (UserID(91), UserID(92))

  private static func token(of user: UserID, _ harness: Harness) async throws -> String {
    try await harness.services.tokens.issue(Account.load(user, harness.log).caller)
  }

  // MARK: Asking

  /// - Parameter token: nil for the owner of everything, who administers the platform.
  private func send(
    _ route: Route, _ service: String, _ query: String, _ harness: Harness, token: String? = nil
  ) async throws -> Answer {
    let path = route.input.path.reduce("/api/v1/\(service)\(route.path)") { path, parameter in
      let value = parameter.schema.json["type"]?.stringValue == "integer" ? "70" : ReadRoutesTests.sample(parameter.schema.json)
      return path.replacing("{\(parameter.name)}", with: value)
    }
    var headers: [String: String] = [:]
    if route.idempotency == .compulsory { headers["Idempotency-Key"] = "\(route.operation)-\(UInt32.random(in: 0 ... .max))" }
    if route.precondition == .ifMatch { headers["If-Match"] = "*" }
    let token = if let token { token } else { try await harness.token(1, .superAdmin) }
    return try await harness.send(route.method, path + query, Self.body(route), token: token, headers: headers)
  }

  /// The ways in which a read is asked: as it is, and for the word, where one can ask for one.
  private func queries(_ route: Route) -> [String] {
    guard route.method == .get else { return [""] }
    let required = route.input.query.filter { $0.isRequired && $0.name != "q" }
      .map { "\($0.name)=\(ReadRoutesTests.sample($0.schema.json))" }
    let names = Set(route.input.query.map(\.name))
    var queries = names.contains("q") ? [["q=\(Self.word)"]] : [[]]
    if names.contains("search") { queries.append(["search=\(Self.word)"]) }
    if names.contains("count") { queries.append(["count=exact", "limit=100"]) }
    return queries.map { (required + $0).joined(separator: "&") }.map { $0.isEmpty ? "" : "?\($0)" }
  }

  @Test func `whatever belongs to a website is there on its host, and nowhere else, for every route`() async throws {
    let storage = try Storages.real()
    do {
      try await ReadDatabases.with { databases in
        for (database, rows) in Self.rows { try await databases.execute(database, rows) }
        let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides, objects: storage, platformHosts: [])
        try await Self.write(harness)
        try await askEverywhere(harness, databases)
      }
    } catch {
      await storage.close()
      throw error
    }
    await storage.close()
  }

  private func askEverywhere(_ harness: Harness, _ databases: ReadDatabases) async throws {
    /// The tests' requests come to `localhost`: nobody's host is the platform's.
    func host(of website: Int?) async throws {
      try await databases.execute(
        "websites_service_db",
        """
        update websites set domain = 'site-' || id || '.example.org', is_active = true;
        update websites set domain = 'localhost' where id = \(website ?? 0);
        """)
    }
    let written = try await harness.log.head()
    let all = APIGateway.groups.flatMap { group in group.routes.map { (route: $0, service: group.service) } }
    for website in [2, nil] {
      try await host(of: website)
      for (route, service) in all {
        for query in queries(route) {
          let answer = try await send(route, service, query, harness)
          let place = website.map { "website \($0)" } ?? "the platform"
          let what = "\(route.method) \(service)\(route.path)\(query) on \(place): \(answer.status)"
          #expect(answer.status != 500, "\(what)")
          if Self.isOwned(route, service) { #expect(try answer.status == 404 && answer.code == "not-found", "\(what)") }
          if answer.status < 400 {
            #expect(!String(decoding: answer.body, as: UTF8.self).contains(Self.word), "\(what)")
            #expect(answer["Location"]?.contains(Self.word) != true, "\(what)")
          }
        }
      }
    }
    try await host(of: 2)
    let stranger = try await Self.token(of: Self.there, harness)
    // What he does to himself, such as signing out, is left out.
    for (route, service) in all where route.access.scope != nil || Self.isOwned(route, service) || route.method == .get {
      for query in queries(route) {
        let answer = try await send(route, service, query, harness, token: stranger)
        let what = "\(route.method) \(service)\(route.path)\(query) by who administers website 2: \(answer.status)"
        if route.access.scope == .platform { #expect(answer.status == 403, "\(what)") }
        if Self.isOwned(route, service) { #expect(try answer.status == 404 && answer.code == "not-found", "\(what)") }
        if answer.status < 400 { #expect(!String(decoding: answer.body, as: UTF8.self).contains(Self.word), "\(what)") }
      }
    }
    for website in [1, nil] {
      try await host(of: website)
      for (route, service) in all where route.access.scope != nil {
        let answer = try await send(route, service, queries(route)[0], harness, token: stranger)
        #expect(answer.status == 403, "\(route.method) \(service)\(route.path) elsewhere by who administers website 2: \(answer.status)")
      }
    }
    // Nothing of it has changed.
    let changed = try await harness.log.readLog(after: written, filter: .all, limit: 10_000).events
    #expect(!changed.isEmpty)
    for event in changed { #expect(event.stream.id != "70" && event.stream.id != "69", "\(event.type) on \(event.stream)") }

    // And all of it is there on its own host: parts before wholes, and what takes something away last.
    try await host(of: 1)
    let here = all.filter { Self.isOwned($0.route, $0.service) }
    let last = here.filter { $0.route.method == .delete }.sorted { $0.route.path.count > $1.route.path.count }
    let administrator = try await Self.token(of: Self.here, harness)
    for (route, service) in here.filter({ $0.route.method != .delete }) + last {
      // Only who announced an upload may confirm it.
      if route.operation == "confirmImage" { continue }
      // Who administers the website does so as well as the platform's people.
      let token = route.access.scope == .website ? administrator : nil
      let answer = try await send(route, service, "", harness, token: token)
      #expect(![403, 404].contains(answer.status), "\(route.method) \(service)\(route.path): \(answer.status)")
    }
    #expect(here.count > 30)
  }
}
