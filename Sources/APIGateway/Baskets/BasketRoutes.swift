import Aggregates
import EventSourcing
import HTTPTypes
import JSON
import Postgres

/// Own baskets, and those of all for administrators.
enum BasketRoutes {
  static let group = RouteGroup(
    service: "baskets",
    routes: [
      HealthRoutes.route(of: "baskets") { $0.reads.baskets },
      currentBasket,
      Route(
        .post, "/baskets/items", "addBasketItem", "Adds a product to the basket", in: NewItem.self, out: change.asData, status: 201,
        access: .bearer, idempotency: .optional,
        problems: [.productUnavailable, .insufficientStock, .basketFrozen, .amountTooLarge, .tooManyLines], handler: addItem),
      Route(
        .put, "/baskets/items/{id}", "changeBasketItem", "Sets the quantity of a line", in: ItemChange.self, out: change.asData,
        access: .bearer, idempotency: .none, problems: [.insufficientStock, .basketFrozen, .amountTooLarge], handler: changeItem),
      Route(
        .delete, "/baskets/items/{id}", "removeBasketItem", "Removes a line", in: IDInput<BasketItemID>.self, out: change.asData,
        access: .bearer, idempotency: .none, problems: [.basketFrozen]
      ) { input, call in
        let user = call.user.userID
        return reply(
          try await call.onOpenBasket(opens: false) { RemoveBasketItem(basketID: $0, userID: user, itemID: input.id) })
      },
      Route(
        .post, "/baskets/promo-codes", "applyPromoCode", "Applies a code to the basket", in: CodeInput.self, out: change.asData,
        status: 201, access: .bearer, idempotency: .optional,
        problems: [
          .notFound, .promoCodeInvalid, .promoCodeExhausted, .promoCodeAlreadyApplied, .promoCodeNotCombinable, .ruleViolated,
          .basketFrozen,
        ]
      ) { input, call in
        let user = call.user.userID
        let link = LinkID(try await call.nextID("basket_promo_code"))
        return reply(
          try await call.onOpenBasket(opens: false) { ApplyPromoCode(basketID: $0, userID: user, linkID: link, code: input.code) })
      },
      Route(
        .delete, "/baskets/promo-codes/{id}", "takeOffPromoCode", "Takes a code off the basket", in: IDInput<LinkID>.self,
        out: change.asData, access: .bearer, idempotency: .none, problems: [.basketFrozen]
      ) { input, call in
        let user = call.user.userID
        return reply(try await call.onOpenBasket(opens: false) { TakeOffPromoCode(basketID: $0, userID: user, linkID: input.id) })
      },
      Route(
        .delete, "/baskets/clear", "clearBasket", "Empties the basket", in: NoInput.self, out: change.asData, access: .bearer,
        idempotency: .none, problems: [.notFound, .basketFrozen]
      ) { _, call in
        let user = call.user.userID
        return reply(try await call.onOpenBasket(opens: false) { ClearBasket(basketID: $0, userID: user) })
      },

      .list(
        "/admin/baskets", "allBaskets", "All open baskets", in: NoInput.self, access: .administrators(within: .website),
        from: { $0.reads.baskets }, BasketResources.all
      ) { _, _ in [] },
      .row(
        "/admin/baskets/{id}", "anyBasket", "A basket", in: IDInput<BasketID>.self, access: .administrators(within: .website),
        from: { $0.reads.baskets }, BasketResources.one
      ) { input, _ in [.int64(input.id.rawValue)] },
      Route(
        .delete, "/admin/baskets/{id}", "deleteBasket", "Deletes a basket", in: IDInput<BasketID>.self, out: nil, status: 204,
        access: .administrators(within: .website), idempotency: .none, precondition: .ifMatch, problems: [.basketFrozen]
      ) { input, call in .command(try await call.execute(DeleteBasket(basketID: input.id), ifMatch: Basket.self, input.id)) },
    ] + PromoCodeRoutes.routes)

  // MARK: Handlers

  /// The open basket, made on the first call.
  private static var currentBasket: Route {
    .read(
      "/baskets/current", "currentBasket", "The own open basket, made on the first call", in: NoInput.self,
      out: BasketResources.basket.schema().asData, access: .bearer, BasketResources.current.rules, handler: current)
  }

  @Sendable private static func current(_ input: NoInput, _ asked: Representation, _ call: Call) async throws -> Reply {
    let (user, side) = (call.user.userID, call.services.reads.baskets)
    func read() async throws -> Reply? {
      try await BasketResources.current.reply(asked, [.int64(user.rawValue)], from: side, call)
    }
    if let reply = try await read() { return reply }
    let services = call.services
    if try await services.openBaskets.find(user, on: call.websiteID, services.log, isFresh: true) == nil {
      let id = BasketID(try await call.nextID("basket"))
      do {
        _ = try await call.execute(OpenBasket(basketID: id, userID: user, websiteID: call.websiteID))
      } catch CommandError.refused(.claimTaken) {
        // Another request of the same user was faster: his basket it is.
      }
    }
    _ = try await side.wait(for: services.log.head(), atMost: services.configuration.defaultWait)
    guard let reply = try await read() else { throw Problem(.readSideBehind) }
    return reply
  }

  @Sendable private static func addItem(_ input: NewItem, _ call: Call) async throws -> Reply {
    let user = call.user.userID
    let item = BasketItemID(try await call.nextID("basket_item"))
    let product = try await CopiesReader(call: call).products([input.productID]).facts[input.productID]
    let website = call.websiteID
    return reply(
      try await call.onOpenBasket(opens: true) {
        AddBasketItem(
          basketID: $0, userID: user, websiteID: website, itemID: item, productID: input.productID, quantity: input.quantity,
          product: product)
      })
  }

  @Sendable private static func changeItem(_ input: ItemChange, _ call: Call) async throws -> Reply {
    let user = call.user.userID
    let (result, _) = try await call.services.reads.baskets.query(BasketStatements.stockOfItem, [.int64(input.id.rawValue)], call)
    let stock = try result[0].optionalInt64(1)
    return reply(
      try await call.onOpenBasket(opens: false) {
        ChangeBasketItemQuantity(basketID: $0, userID: user, itemID: input.id, quantity: input.quantity, stock: stock)
      })
  }

  private static func reply(_ outcome: CommandOutcome<BasketAnswer>) -> Reply {
    .command(outcome) { json in
      guard let answer = outcome.answer else { return }
      json.field("basket_id", answer.basketID)
      json.field("id", answer.rowID)
      json.field("subtotal", answer.subtotal.description)
      json.field("amount", answer.amount.description)
      json.field("currency", Cents.currencyCode)
    }
  }

  // MARK: Schemas

  private static let change = Schema.object(
    "BasketChange", ["basket_id": .id, "id": .id.nullable, "subtotal": .decimal, "amount": .decimal, "currency": .text])
}
