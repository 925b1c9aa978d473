import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

@Suite struct PromoCodeTests {
  private func state(_ events: [PromoCodeEvent]) -> PromoCode.State { PromoCode.state(after: events) }

  private func claim(_ order: Int64, user: Int64 = 1) -> PromoCodeCommand {
    .claim(orderID: OrderID(order), basketID: BasketID(order), userID: UserID(user))
  }

  @Test func `a code is stored in capitals, and its text is never given again`() async throws {
    let scenario = try await Scenario().given(AddPromoCode(code: " save5 ", definition: Sales.definition()))
    #expect(try await scenario.state(of: PromoCode.self, "SAVE5").definition?.promoCodeID == PromoCodeID(1))
    try await scenario.when(AddPromoCode(code: "Save5", definition: Sales.definition(2)))
      .thenRejected(PromoCodeRejection.codeTaken(code: "SAVE5"))
    _ = try await scenario.given(DeletePromoCode(code: "save5"))
    try await scenario.when(AddPromoCode(code: "SAVE5", definition: Sales.definition(3)))
      .thenRejected(PromoCodeRejection.codeTaken(code: "SAVE5"))
    try await scenario.when(DeletePromoCode(code: "SAVE5")).thenNothing()
  }

  @Test func `only an unknown code is answered as unknown; stored terms that make no sense are our own fault`() async throws {
    let scenario = try await Scenario().given(Sales.add(Sales.product()))
      .given(
        .promoCodeAdded(PromoCodeAdded(code: "DOUBLE", definition: Sales.definition(1, .percentage, 20_000))), on: PromoCode.self, "DOUBLE")
    try await scenario.when(Sales.apply("NOBODYS")).thenRejected(BasketRejection.codeUnknown(code: "NOBODYS"))
    await #expect(throws: MoneyError.malformedPercentage) { try await scenario.when(Sales.apply("DOUBLE")) }
  }

  @Test func `each field has its bounds`() async throws {
    func refused(_ field: String, code: String = "CODE", _ change: @escaping (inout PromoCodeDefinition) -> Void) async throws {
      let result = try await Scenario().when(AddPromoCode(code: code, definition: Sales.definition(change: change)))
      guard case .invalid(field, _)? = result.rejection as? PromoCodeRejection else {
        Issue.record("\(field): \(String(describing: result.rejection))")
        return
      }
    }
    try await refused("code", code: "") { _ in }
    try await refused("code", code: String(repeating: "X", count: 51)) { _ in }
    try await refused("code", code: "A B") { _ in }
    try await refused("name") { $0.name = "" }
    try await refused("discount") { $0.discount = -1 }
    try await refused("discount") { $0.discount = 10_001 }
    try await refused("discount") {
      $0.kind = .fixed
      $0.discount = 100_000_000
    }
    try await refused("max_usage") { $0.maxUsage = -1 }
    try await refused("min_order_amount") { $0.minOrderAmount = Cents(-1) }
    try await refused("valid_until") {
      $0.validFrom = InMemoryEventLog.defaultStart
      $0.validUntil = InMemoryEventLog.defaultStart
    }
  }

  @Test func `the last use of a limited code is given, the next one not`() throws {
    var state = state([.promoCodeAdded(PromoCodeAdded(code: "TWO", definition: Sales.definition { $0.maxUsage = 2 }))])
    for order in 1...2 {
      for event in try PromoCode.decide(claim(Int64(order)), code: "TWO", state) { PromoCode.evolve(&state, event) }
    }
    #expect(throws: PromoCodeRejection.limitReached(code: "TWO", .usageLimitReached)) {
      try PromoCode.decide(claim(3), code: "TWO", state)
    }
  }

  @Test func `a customer's limit is his own`() throws {
    var state = state([.promoCodeAdded(PromoCodeAdded(code: "MINE", definition: Sales.definition { $0.maxUsagePerUser = 1 }))])
    for event in try PromoCode.decide(claim(1, user: 1), code: "MINE", state) { PromoCode.evolve(&state, event) }
    #expect(throws: PromoCodeRejection.limitReached(code: "MINE", .customerLimitReached)) {
      try PromoCode.decide(claim(2, user: 1), code: "MINE", state)
    }
    #expect(try PromoCode.decide(claim(3, user: 2), code: "MINE", state).count == 1)
  }

  @Test func `a retry of the same checkout is the same use`() throws {
    var state = state([.promoCodeAdded(PromoCodeAdded(code: "ONE", definition: Sales.definition { $0.maxUsage = 1 }))])
    for event in try PromoCode.decide(claim(1), code: "ONE", state) { PromoCode.evolve(&state, event) }
    #expect(try PromoCode.decide(claim(1), code: "ONE", state).isEmpty)
    #expect(state.usage == 1)
  }

  @Test func `a cancelled order's use is free again, used or not, and once`() throws {
    var state = state([.promoCodeAdded(PromoCodeAdded(code: "ONE", definition: Sales.definition { $0.maxUsage = 1 }))])
    let release = PromoCodeCommand.release(orderID: OrderID(1), basketID: BasketID(1))
    for redeems in [false, true] {
      var steps = [claim(1)]
      if redeems { steps.append(.redeem(orderID: OrderID(1), basketID: BasketID(1))) }
      for command in steps + [release] {
        for event in try PromoCode.decide(command, code: "ONE", state) { PromoCode.evolve(&state, event) }
      }
      #expect(state.usage == 0)
      #expect(try PromoCode.decide(release, code: "ONE", state).isEmpty)
    }
  }

  @Test func `however claims and releases fall, the uses that count stay within both limits`() throws {
    var random = SystemRandomNumberGenerator()
    var state = state([
      .promoCodeAdded(
        PromoCodeAdded(
          code: "BOTH",
          definition: Sales.definition {
            $0.maxUsage = 5
            $0.maxUsagePerUser = 2
          }))
    ])
    for _ in 0..<2_000 {
      let order = Int64.random(in: 1...20, using: &random)
      let command: PromoCodeCommand =
        switch Int.random(in: 0..<3, using: &random) {
        case 0: .claim(orderID: OrderID(order), basketID: BasketID(order), userID: UserID(order % 4))
        case 1: .redeem(orderID: OrderID(order), basketID: BasketID(order))
        default: .release(orderID: OrderID(order), basketID: BasketID(order))
        }
      guard let events = try? PromoCode.decide(command, code: "BOTH", state) else { continue }
      for event in events { PromoCode.evolve(&state, event) }
      #expect(state.usage <= 5)
      for user in 0..<4 {
        let own = (1...20).count { $0 % 4 == Int64(user) && state.use(of: OrderID($0)) != nil }
        #expect(own <= 2)
      }
    }
  }

  @Test func `a code of another system covers as many products as it does, and its uses there count, beyond any limit`() async throws {
    let definition = Sales.definition {
      $0.productIDs = (1...10_001).map { ProductID($0) }
      $0.maxUsage = 1
    }
    let added = try await Scenario().when(AddPromoCode(code: "MANY", definition: definition))
    guard case .invalid("scope", _)? = added.rejection as? PromoCodeRejection else {
      Issue.record("\(String(describing: added.rejection))")
      return
    }
    let use = ImportPromoUse(code: "many", userID: UserID(7), usedAt: InMemoryEventLog.defaultStart)
    try await Scenario().when(use).thenRejected(PromoCodeRejection.notFound(code: "MANY"))
    let scenario = try await Scenario().given(ImportPromoCode(code: "many", definition: definition))
    try await scenario.when(ImportPromoCode(code: "MANY", definition: definition)).thenNothing()
    let used = try await scenario.when(use)
      .then(
        .promoUseImported(PromoUseImported(promoCodeID: definition.promoCodeID, code: "MANY", userID: UserID(7), usage: 1)),
        on: PromoCode.self, "MANY"
      ).and
    _ = try await used.given(ImportPromoUse(code: "MANY", userID: UserID(7), usedAt: InMemoryEventLog.defaultStart))
    let state = try await used.state(of: PromoCode.self, "MANY")
    #expect(state.usage == 2)
    let here = claim(1)
    #expect(throws: PromoCodeRejection.limitReached(code: "MANY", .usageLimitReached)) {
      try PromoCode.decide(here, code: "MANY", state)
    }
  }
}
