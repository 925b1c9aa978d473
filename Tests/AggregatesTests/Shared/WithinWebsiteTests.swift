import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

@Suite struct WithinWebsiteTests {
  private let website = WebsiteID(7)
  private let user = UserID(50)

  @Test func `what is another website's is not there for a command`() async throws {
    let id = ProductID(1_000)
    let details = Product.Details(name: "Lamp", ref: "L-1", priceHT: Cents(100), websiteID: website)
    let scenario = try await Scenario().given(AddProduct(productID: id, details: details))
    func rename(_ website: WebsiteID?, _ id: ProductID) -> WithinWebsite<ChangeProduct> {
      WithinWebsite(website, Product.self, id, ChangeProduct(productID: id) { $0.name = "Bulb" })
    }
    try await scenario.when(rename(nil, id)).thenRejected(OfOtherWebsite())
    try await scenario.when(rename(WebsiteID(8), id)).thenRejected(OfOtherWebsite())
    // What is nowhere is the command's own to refuse.
    try await scenario.when(rename(website, ProductID(1))).thenRejected(ProductRejection.notFound(ProductID(1)))
    _ = try await scenario.given(rename(website, id))
  }

  @Test func `a user has one open basket on each website, and one on the platform`() async throws {
    let scenario = try await Scenario().given(OpenBasket(basketID: BasketID(1), userID: user))
      .given(OpenBasket(basketID: BasketID(2), userID: user, websiteID: website))
      .given(OpenBasket(basketID: BasketID(3), userID: user, websiteID: WebsiteID(8)))
    await #expect { try await scenario.given(OpenBasket(basketID: BasketID(4), userID: user, websiteID: website)) } throws: { error in
      guard case CommandError.refused(.claimTaken(_, let owner)) = error else { return false }
      return owner == Basket.stream(BasketID(2))
    }
    let deleted = try await scenario.given(DeleteBasket(basketID: BasketID(2)))
    _ = try await deleted.given(OpenBasket(basketID: BasketID(5), userID: user, websiteID: website))
    #expect(try await deleted.log.claimOwner(Basket.openClaim(user, on: nil)) == Basket.stream(BasketID(1)))
  }
}
