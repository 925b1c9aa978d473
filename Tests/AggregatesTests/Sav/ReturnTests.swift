import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

@Suite struct ReturnTests {
  private static let id = ReturnID(1_000)
  private static let line = ReturnLineID(1_000)
  private static let item = OrderItemID(70)
  private static let owner = TicketActor.customer(Desk.owner)
  private static let day = Duration.seconds(24 * 3_600)

  /// Three units for 100.01 and 20.00 of VAT, delivered a day before the scenario begins.
  private static func order(deliveredAt: Timestamp? = InMemoryEventLog.defaultStart - Self.day) -> ReturnableOrder {
    ReturnableOrder(
      orderID: OrderID(7), userID: Desk.owner, deliveredAt: deliveredAt,
      lines: [.init(orderItemID: item, productID: ProductID(5), quantity: 3, netHT: Cents(10_001), vat: Cents(2_000))])
  }

  private static func request(
    _ reason: ReturnReason = .defect, _ quantity: Int64 = 2, id: ReturnID = Self.id, order: ReturnableOrder? = Self.order()
  ) -> RequestReturn {
    RequestReturn(
      returnID: id, firstLineID: ReturnLineID(id.rawValue), ticketID: Desk.ticket, actor: owner, order: order, reason: reason,
      items: [.init(orderItemID: item, quantity: quantity)])
  }

  private static func move(_ move: ReturnMove, by actor: TicketActor = Desk.boss, id: ReturnID = Self.id) -> MoveReturn {
    MoveReturn(returnID: id, actor: actor, move: move)
  }

  private static func scenario() async throws -> Scenario {
    let order = TicketOrder(
      orderID: OrderID(7), orderNumber: "ORD-7", userID: Desk.owner, totalTTC: Cents(12_001), status: "delivered", hasFailedPayment: false)
    return try await Desk.scenario(nil).given(Desk.open(order: order))
  }

  /// The moves that lead to a status.
  private static func history(_ status: ReturnStatus) -> [ReturnMove] {
    switch status {
    case .requested, .expired: []
    case .authorised: [.authorise(label: nil)]
    case .refused: [.refuse(reason: "worn")]
    case .inTransit: history(.authorised) + [.shipBack(tracking: "T")]
    case .received: history(.inTransit) + [.receive([.init(lineID: line, quantity: 2)])]
    case .inspected: history(.received) + [.inspect([.init(lineID: line, accepted: 2, restock: true)])]
    case .settled: history(.inspected) + [.refund]
    }
  }

  private static let moves: [ReturnMove] = [
    .authorise(label: nil), .refuse(reason: "worn"), .shipBack(tracking: nil), .receive([.init(lineID: line, quantity: 1)]),
    .inspect([.init(lineID: line, accepted: 1, restock: false)]), .refund, .replace(by: OrderID(8)), .sendBack,
  ]

  /// What each status takes, but for withdrawals; all other pairs are refused.
  private static let table: [ReturnStatus: Set<ReturnAction>] = [
    .requested: [.authorise, .refuse], .authorised: [.shipBack, .receive], .inTransit: [.receive], .received: [.inspect],
    .inspected: [.refund, .replace, .sendBack], .settled: [], .refused: [], .expired: [],
  ]

  @Test(arguments: ReturnStatus.allCases)
  func `every move has its answer in every status`(status: ReturnStatus) async throws {
    for move in Self.moves {
      let scenario = try await Self.scenario().given(Self.request())
      for step in Self.history(status) { _ = try await scenario.given(Self.move(step)) }
      if status == .expired {
        _ = try await scenario.given(Self.move(.authorise(label: nil)))
        let due = try #require(scenario.log.timers["return_sending_due-\(Self.id)"]?.dueAt)
        _ = try await scenario.given(FireReturnTimer(returnID: Self.id, kind: .sending, dueAt: due))
      }
      let result = try await scenario.when(Self.move(move))
      if Self.table[status]!.contains(move.action) {
        #expect(result.rejection == nil, "\(status) \(move)")
      } else if case .wrongState(let current, let allowed) = result.rejection as? ReturnRejection {
        #expect(current == status)
        #expect(!allowed.contains(move.action))
      } else {
        Issue.record("\(status) \(move): \(result)")
      }
    }
  }

  @Test func `a withdrawal is authorised by itself and paid back on the proof of dispatch, 14 days after its notice`() async throws {
    let scenario = try await Self.scenario().given(Self.request(.withdrawal, 3))
    #expect(try await scenario.state(of: Return.self, Self.id).status == .authorised)
    try await scenario.when(Self.move(.refuse(reason: "no")))
      .thenRejected(ReturnRejection.wrongState(current: .authorised, allowed: [.shipBack, .receive, .expire]))
    let start = InMemoryEventLog.defaultStart
    try await scenario.later(by: Self.day * 2).when(Self.move(.shipBack(tracking: "T"), by: Self.owner))
      .thenTimer("return_refund_due-\(Self.id)", at: start + Self.day * 14).thenTimer("return_sending_due-\(Self.id)", at: nil)
    _ = try await scenario.later(by: Self.day * 12)
      .given(FireReturnTimer(returnID: Self.id, kind: .refund, dueAt: start + Self.day * 14))
    var state = try await scenario.state(of: Return.self, Self.id)
    #expect(state.isRefunded)
    #expect(state.status == .inTransit)
    let paid = try await scenario.state(of: ReturnsOfOrder.self, OrderID(7))
    #expect(paid.refunded[Self.item] == Refund(amountHT: Cents(10_001), vat: Cents(2_000)))
    // The goods still come, and are looked at; nothing is paid a second time.
    _ = try await scenario.given(Self.move(.receive([.init(lineID: Self.line, quantity: 3)])))
      .given(Self.move(.inspect([.init(lineID: Self.line, accepted: 3, restock: true)])))
    state = try await scenario.state(of: Return.self, Self.id)
    #expect(state.status == .settled)
    #expect(scenario.log.timers.keys.allSatisfy { !$0.hasPrefix("return") })
  }

  @Test func `who withdraws too late is told until when he could; a defect can be told for two years`() async throws {
    let delivered = try #require(Timestamp(rfc3339: "2026-04-17T10:00:00Z"))
    // 14 days later is 1 May, a holiday and a Friday: so it lasts until Monday.
    #expect(Return.withdrawalEnd(deliveredAt: delivered).rfc3339 == "2026-05-04T22:00:00.000000Z")
    #expect(Return.conformityEnd(deliveredAt: delivered).rfc3339 == "2028-04-17T22:00:00.000000Z")
    let long = InMemoryEventLog.defaultStart - Self.day * 100
    let scenario = try await Self.scenario()
    try await scenario.when(Self.request(.withdrawal, order: Self.order(deliveredAt: long)))
      .thenRejected(ReturnRejection.tooLate(since: Return.withdrawalEnd(deliveredAt: long)))
    try await scenario.when(Self.request(order: Self.order(deliveredAt: nil))).thenRejected(ReturnRejection.notDelivered)
    try await scenario.when(Self.request(order: nil)).thenRejected(ReturnRejection.noOrder)
    _ = try await scenario.given(Self.request(order: Self.order(deliveredAt: long)))
  }

  @Test func `the same unit is never on its way twice; what does not come is free again`() async throws {
    let second = ReturnID(2_000)
    let scenario = try await Self.scenario().given(Self.request())
    try await scenario.when(Self.request(.defect, 2, id: second)).thenRejected(ReturnRejection.tooMany(Self.item, returnable: 1))
    for move in [ReturnMove.authorise(label: nil), .receive([.init(lineID: Self.line, quantity: 1)])] {
      _ = try await scenario.given(Self.move(move))
    }
    _ = try await scenario.given(Self.request(.defect, 2, id: second)).given(Self.move(.refuse(reason: "worn"), id: second))
      .given(Self.request(.defect, 2, id: ReturnID(3_000)))
    try await scenario.when(Self.request()).thenNothing()
  }

  @Test func `refunds of several returns add up to the line, to the cent`() async throws {
    let scenario = try await Self.scenario()
    for number in 1...3 {
      let id = ReturnID(Int64(number) * 1_000)
      let line = ReturnLineID(id.rawValue)
      _ = try await scenario.given(Self.request(.defect, 1, id: id))
      for move in [
        ReturnMove.authorise(label: nil), .receive([.init(lineID: line, quantity: 1)]),
        .inspect([.init(lineID: line, accepted: 1, restock: true)]), .refund,
      ] { _ = try await scenario.given(Self.move(move, id: id)) }
    }
    let state = try await scenario.state(of: ReturnsOfOrder.self, OrderID(7))
    #expect(state.refunded[Self.item] == Refund(amountHT: Cents(10_001), vat: Cents(2_000)))
  }

  @Test func `the buyer only says that he has sent the goods, and a ticket with returns stays`() async throws {
    let scenario = try await Self.scenario().given(Self.request()).given(Self.move(.authorise(label: nil)))
    try await scenario.when(Self.move(.receive([.init(lineID: Self.line, quantity: 1)]), by: Self.owner))
      .thenRejected(ReturnRejection.staffOnly)
    try await scenario.when(Self.move(.shipBack(tracking: nil), by: .customer(UserID(5)))).thenRejected(ReturnRejection.notFound)
    _ = try await scenario.given(Self.move(.shipBack(tracking: nil), by: Self.owner))
    try await scenario.when(DeleteTicket(ticketID: Desk.ticket, deletedBy: nil)).thenRejected(TicketRejection.hasReturns([Self.id]))
  }

  @Test func `an exclusion forbids a withdrawal and nothing else`() async throws {
    var order = Self.order()
    order.lines[0].withdrawalExclusion = .personalised
    let scenario = try await Self.scenario()
    try await scenario.when(Self.request(.withdrawal, order: order)).thenRejected(ReturnRejection.excluded(Self.item, .personalised))
    let defect = try await scenario.when(Self.request(.defect, order: order))
    #expect(defect.answer?.status == .requested)
  }
}

@Suite struct FrenchCalendarTests {
  @Test(arguments: [
    ("2026-04-06", false), ("2026-05-14", false), ("2026-05-25", false), ("2026-04-07", true), ("2026-07-14", false), ("2026-11-28", false),
    ("2026-11-29", false), ("2026-11-30", true), ("2027-01-01", false),
  ])
  func `working days are those that are neither Saturday, Sunday nor holiday`(day: String, isWorkingDay: Bool) throws {
    let time = try #require(Timestamp(rfc3339: "\(day)T12:00:00Z"))
    #expect(FrenchCalendar.isWorkingDay(FrenchCalendar.day(at: time)) == isWorkingDay)
  }

  @Test(arguments: [(2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2027, 3, 28), (2038, 4, 25)])
  func `Easter is where the calendar has it`(year: Int, month: Int, day: Int) {
    #expect(FrenchCalendar.easter(year) == CivilDate(year: year, month: month, day: day))
  }

  @Test func `a day ends at midnight in Paris, on the days when the clocks change too`() {
    for (month, day, end) in [(1, 31, "2026-01-31T23"), (7, 31, "2026-07-31T22"), (3, 29, "2026-03-29T22"), (10, 25, "2026-10-25T23")] {
      #expect(FrenchCalendar.end(of: CivilDate(year: 2026, month: month, day: day)).rfc3339.hasPrefix(end))
    }
  }
}
