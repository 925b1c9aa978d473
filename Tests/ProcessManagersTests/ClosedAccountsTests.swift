import EventSourcing
import EventStoreTesting
import ProcessManagers
import Testing

@testable import Aggregates

@Suite struct ClosedAccountsTests {
  private let user = UserID(1)

  private func port(_ shop: Shop) -> ClosedAccounts { ClosedAccounts(log: shop.log, executor: shop.executor) }

  private func register(_ shop: Shop, _ id: UserID) async throws {
    _ = try await shop.executor.execute(
      RegisterUser(userID: id, email: "\(id)@example.org", firstname: "A", lastname: "B", passwordHash: "x", emailClaim: "email:\(id)"))
  }

  private func website(_ shop: Shop, _ id: Int64, of owner: UserID) async throws {
    let content = Website.Content(userID: owner, name: "Shop \(id)", domain: "shop\(id).example.org", subdomain: "shop\(id)")
    _ = try await shop.executor.execute(
      CreateWebsite(websiteID: WebsiteID(id), content: content, platformDomain: "comptoir.example"))
  }

  private func address(_ shop: Shop, _ id: Int64, of owner: UserID, isDefault: Bool = false) async throws {
    let content = AddressContent(
      firstName: "A", lastName: "B", addressLine1: "1 rue X", city: "Paris", postalCode: "75001", countryID: CountryID(1))
    _ = try await shop.executor.execute(AddAddress(userID: owner, addressID: AddressID(id), content: content, isDefault: isDefault))
  }

  private func close(_ shop: Shop) async throws {
    _ = try await shop.executor.execute(DeleteUser(userID: user, reason: .owner, deletedBy: user))
  }

  @Test func `with an account go its addresses, its baskets and its websites, and nobody else's`() async throws {
    let shop = Shop()
    for (id, row) in Country.defaultRows { _ = try await shop.executor.execute(SeedReference<Country>(id: id, row: row)) }
    for id in [user, UserID(2)] { try await register(shop, id) }
    try await address(shop, 10, of: user, isDefault: true)
    try await address(shop, 11, of: user)
    try await address(shop, 12, of: UserID(2))
    try await website(shop, 20, of: user)
    try await website(shop, 21, of: UserID(2))
    for (basket, owner, site) in [(30, user, nil), (31, user, WebsiteID(21)), (32, UserID(2), nil)] as [(Int64, UserID, WebsiteID?)] {
      _ = try await shop.executor.execute(OpenBasket(basketID: BasketID(basket), userID: owner, websiteID: site))
    }
    try await shop.running(shop.runner(port(shop))) { runner in
      try await close(shop)
      try await shop.settle(runner)
      #expect(try await shop.state(AddressBook.self, user).addresses.isEmpty)
      #expect(try await shop.state(AddressBook.self, UserID(2)).addresses.count == 1)
      #expect(shop.count(AddressDeleted.type) == 2)
      #expect(shop.count(BasketDeleted.type) == 2)
      #expect(try await shop.log.claimOwner(Basket.openClaim(UserID(2), on: nil)) == Basket.stream(32))
      #expect(shop.count(WebsiteDeactivated.type) == 1)
      // Closing it again after it was opened finds nothing more to do.
      _ = try await shop.executor.execute(RestoreUser(userID: user, restoredBy: nil))
      try await close(shop)
      try await shop.settle(runner)
      #expect(shop.count(AddressDeleted.type) == 2)
      #expect(shop.count(WebsiteDeactivated.type) == 1)
    }
  }

  @Test func `a website that was handed over stays open`() async throws {
    let shop = Shop()
    for id in [user, UserID(2)] { try await register(shop, id) }
    try await website(shop, 20, of: user)
    _ = try await shop.executor.execute(
      ChangeWebsite(websiteID: WebsiteID(20), by: .administrator, platformDomain: "comptoir.example") { $0.userID = UserID(2) })
    try await shop.running(shop.runner(port(shop))) { runner in
      try await close(shop)
      try await shop.settle(runner)
      #expect(shop.count(WebsiteDeactivated.type) == 0)
    }
  }

  @Test func `an account without anything is closed without a further event`() async throws {
    let shop = Shop()
    try await register(shop, user)
    try await shop.running(shop.runner(port(shop))) { runner in
      try await close(shop)
      try await shop.settle(runner)
      #expect(shop.log.events.last?.type == UserDeleted.type.name)
    }
  }

  @Test func `a message that comes again does nothing again`() async throws {
    let shop = Shop()
    for (id, row) in Country.defaultRows { _ = try await shop.executor.execute(SeedReference<Country>(id: id, row: row)) }
    try await register(shop, user)
    try await address(shop, 10, of: user)
    try await close(shop)
    let message = try #require(shop.log.events.last)
    for _ in 0..<3 { try await port(shop).handle(message) }
    #expect(shop.count(AddressDeleted.type) == 1)
  }
}
