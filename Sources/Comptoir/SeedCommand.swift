import APIGateway
import Aggregates
import ArgumentParser
import EventSourcing
import EventStore
import Logging
import ObjectStorage

/// `comptoir seed`
struct Seed: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Brings the default rows and the administrator's account, through commands. Safe to repeat.",
    discussion: "The administrator's account needs ADMIN_EMAIL and ADMIN_PASSWORD. `comptoir up` seeds by itself.")
  @OptionGroup var options: CommonOptions

  func run() async throws {
    let settings = try await Settings(options)
    try await Stores.use(settings) { stores in try await Self.seed(stores, settings) }
    print("Default rows are there.")
  }

  /// In an order in which what a row refers to comes first. Ids are fixed, so a second run finds every row there.
  static func seed(_ stores: Stores, _ settings: Settings) async throws {
    try await seed(Permission.self, Permission.defaultRows, stores)
    try await seed(Role.self, Role.defaultRows, stores)
    try await seed(OrderStatus.self, OrderStatus.defaultRows, stores)
    try await seed(VAT.self, VAT.defaultRows, stores)
    try await seed(ProductType.self, ProductType.defaultRows, stores)
    try await seed(Brand.self, Brand.defaultRows, stores)
    try await seed(AttributeGroup.self, AttributeGroup.defaultRows, stores)
    try await seed(CharacteristicGroup.self, CharacteristicGroup.defaultRows, stores)
    try await seed(tree: Category.self, Category.defaultRows, stores)
    try await seed(tree: Catalog.self, Catalog.defaultRows, stores)
    try await seed(DiscountType.self, DiscountType.defaultRows, stores)
    try await seed(Country.self, Country.defaultRows, stores)
    try await seed(Region.self, Region.defaultRows, stores)
    try await CountrySeed(stores: stores, settings: settings).run()
    try await seed(DeliveryStatus.self, DeliveryStatus.defaultRows, stores)
    try await seed(SalePoint.self, SalePoint.defaultRows, stores)
    try await seed(EmailTemplate.self, EmailTemplate.defaultRows, stores)
    try await seed(ContactTag.self, ContactTag.defaultRows, stores)
    for (id, definition) in ContactList.defaultLists {
      _ = try await stores.executor.execute(
        CreateContactList(listID: id, definition: definition, createdBy: nil),
        id: CommandID(derivedFrom: String(id.rawValue), purpose: "seed-contact-list"))
    }
    for (code, definition) in PromoCode.defaultCodes {
      _ = try await stores.executor.execute(
        AddPromoCode(code: code, definition: definition), id: CommandID(derivedFrom: code, purpose: "seed-promo-code"))
    }
    for row in Question.defaultRows {
      // Their author is the administrator, whose account has the first id.
      let command = SeedQuestion(
        questionID: row.id, answerID: row.answerID, author: UserID(1), content: row.content, answer: row.answer)
      _ = try await stores.executor.execute(command, id: CommandID(derivedFrom: String(row.id.rawValue), purpose: "seed-question"))
    }
    try await administrator(stores, settings)
    for (id, content) in Website.defaultRows {
      _ = try await stores.executor.execute(
        CreateWebsite(websiteID: id, content: content, platformDomain: GatewayConfiguration().platformDomain),
        id: CommandID(derivedFrom: String(id.rawValue), purpose: "seed-website"))
    }
    await buckets(stores, settings)
  }

  /// Makes the buckets that are not there. A storage that does not answer is no reason to stop: files wait, the shop does not.
  private static func buckets(_ stores: Stores, _ settings: Settings) async {
    guard let objects = stores.objects else {
      return settings.logger.notice("OBJECT_STORAGE_URL is not set: files can be neither uploaded nor downloaded")
    }
    for bucket in Bucket.allCases {
      do {
        try await objects.createBucket(bucket.rawValue)
      } catch {
        return settings.logger.warning("buckets could not be made", metadata: ["error": "\(error)"])
      }
    }
  }

  private static func seed<Kind: ReferenceAggregate>(
    _ kind: Kind.Type, _ rows: [(id: Kind.ID, row: Kind.Row)], _ stores: Stores
  ) async throws {
    // At once, since rows of a kind do not depend on each other: they share group commits.
    try await withThrowingTaskGroup { group in
      for (id, row) in rows {
        group.addTask {
          do {
            _ = try await stores.executor.execute(
              SeedReference<Kind>(id: id, row: row), id: CommandID(derivedFrom: String(id.rawValue), purpose: "seed-\(Kind.category)"))
          } catch CommandError.refused(.claimTaken) {
            // An administrator gave the name to a row of his own before this default row was among those that are seeded.
          }
        }
      }
      try await group.waitForAll()
    }
  }

  private static func seed<Kind: TreeAggregate>(
    tree kind: Kind.Type, _ rows: [(id: Kind.ID, row: TreeNode<Kind.ID>)], _ stores: Stores
  ) async throws {
    for (id, row) in rows {
      _ = try await stores.executor.execute(
        SeedTreeNode<Kind>(id: id, node: row), id: CommandID(derivedFrom: String(id.rawValue), purpose: "seed-\(Kind.category)"))
    }
  }

  private static func administrator(_ stores: Stores, _ settings: Settings) async throws {
    guard let email = settings.optional("ADMIN_EMAIL"), let password = settings.optional("ADMIN_PASSWORD") else {
      return settings.logger.notice("ADMIN_EMAIL and ADMIN_PASSWORD are not set: no administrator's account was made")
    }
    let claim = stores.emails.claim(of: email)
    // Hashing a password takes a while; an account that is there keeps the one it has.
    guard try await stores.log.claimOwner(claim) == nil else { return }
    let hash = try await PasswordHasher(threadCount: 1).hash(password)
    _ = try await stores.executor.execute(
      BootstrapAdministrator(
        userID: UserID(1), email: email, firstname: "Comptoir", lastname: "Administrator", passwordHash: hash, emailClaim: claim),
      id: CommandID(derivedFrom: "1", purpose: "seed-administrator"))
  }
}
