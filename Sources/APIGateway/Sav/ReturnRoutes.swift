import Aggregates
import EventSourcing
import HTTPTypes
import JSON
import Postgres

/// Goods on their way back.
enum ReturnRoutes {
  static let routes: [Route] =
    [
      .list(
        "/returns", "returns", "Returns, newest first: a customer's own, an agent's tickets', an administrator's all", in: NoInput.self,
        access: .bearer, from: { $0.reads.sav }, choosing: ReturnResources.all
      ) { _, call in
        switch try await call.ticketActor() {
        case .administrator(_, of: nil): (ReturnResources.all, [])
        case .administrator(let user, of: let website?): (ReturnResources.ofWebsite, [.int64(website.rawValue), .int64(user.rawValue)])
        case .agent(let user, of: nil): (ReturnResources.ofAgent, [.int64(user.rawValue)])
        case .agent(let user, of: let website?): (ReturnResources.ofWebsitesAgent, [.int64(website.rawValue), .int64(user.rawValue)])
        case .customer, .guest: (ReturnResources.own, [.int64(call.user.userID.rawValue)])
        }
      },
      .row(
        "/returns/{id}", "return", "A return with its lines", in: IDInput<ReturnID>.self, access: .bearer, from: { $0.reads.sav },
        ReturnResources.one
      ) { input, call in try await call.ticketParameters(input.id) },
      Route(
        .post, "/tickets/{id}/returns", "requestReturn",
        "Asks to send goods of a ticket's order back; a withdrawal needs no agreement", in: NewReturn.self, out: state.asData, status: 201,
        access: .bearer, idempotency: .compulsory, problems: [.stateConflict, .ruleViolated, .unknownReference], handler: request),
      move("/authorise", "authoriseReturn", "Lets the goods be sent back", in: ReturnAuthorisation.self) {
        ($0.id, .authorise(label: $0.label))
      },
      move("/refuse", "refuseReturn", "Refuses a return; a withdrawal cannot be refused", in: ReturnRefusal.self) {
        ($0.id, .refuse(reason: $0.reason))
      },
      move("/ship", "shipReturn", "Says that the goods were sent", in: ReturnShipment.self, access: .bearer) {
        ($0.id, .shipBack(tracking: $0.tracking))
      },
      move("/receive", "receiveReturn", "Notes what came", in: ReturnReceipt.self) { ($0.id, .receive($0.items)) },
      move("/inspect", "inspectReturn", "Notes what was found", in: ReturnInspection.self) { ($0.id, .inspect($0.lines)) },
      move("/refund", "refundReturn", "Pays back what is due", in: IDInput<ReturnID>.self, idempotency: .compulsory) { ($0.id, .refund) },
      move("/replace", "replaceReturn", "Settles a return by another order", in: ReturnReplacement.self) {
        ($0.id, .replace(by: $0.orderID))
      },
      move("/send-back", "sendReturnBack", "Sends the goods back to the buyer", in: IDInput<ReturnID>.self) { ($0.id, .sendBack) },
    ]

  private static func move<Input: RouteInput>(
    _ path: String, _ operation: String, _ summary: String, in input: Input.Type, access: Access = .agents(within: .website),
    idempotency: IdempotencyRule = .optional, _ read: @escaping @Sendable (Input) -> (ReturnID, ReturnMove)
  ) -> Route {
    Route(
      .post, "/returns/{id}\(path)", operation, summary, in: input, out: state.asData, access: access, idempotency: idempotency,
      problems: [.stateConflict, .ruleViolated, .unknownReference, .forbidden]
    ) { input, call in
      let (id, move) = read(input)
      let command = MoveReturn(
        returnID: id, actor: try await call.ticketActor(), move: move, times: call.services.configuration.returnTimes)
      return reply(try await call.execute(command), location: nil)
    }
  }

  @Sendable private static func request(_ input: NewReturn, _ call: Call) async throws -> Reply {
    let order = try await order(ReturnResources.returnableOrder, input.ticketID.rawValue, call)
    let id = ReturnID(try await call.nextID("return"))
    let outcome = try await call.execute(
      RequestReturn(
        returnID: id, firstLineID: ReturnLineID(try await call.nextID("return_line", count: max(1, input.items.count))),
        ticketID: input.ticketID, actor: try await call.ticketActor(), order: order, reason: input.reason, items: input.items,
        comment: input.comment, times: call.services.configuration.returnTimes))
    return reply(outcome, location: "/api/v1/sav/returns/\(outcome.answer?.returnID ?? id)")
  }

  /// What the service's copies say of an order. What is not there, or not delivered, may be so since a moment, so it waits once until
  /// the copies have seen all that is in the log now.
  /// - Parameter id: of the order, or of its ticket, as the statement wants it.
  static func order(_ statement: PostgresStatement, _ id: Int64, _ call: Call) async throws -> ReturnableOrder? {
    let (found, position) = try await read(statement, id, call)
    if found?.deliveredAt != nil { return found }
    let head = try await call.services.log.head()
    guard position < head, try await call.services.reads.sav.wait(for: head, atMost: .seconds(1)) > position else { return found }
    return try await read(statement, id, call).order
  }

  private static func read(
    _ statement: PostgresStatement, _ id: Int64, _ call: Call
  ) async throws -> (order: ReturnableOrder?, position: Position) {
    let (result, position) = try await call.services.reads.sav.query(statement, [.int64(id)], call)
    guard let order = try result[0].optionalInt64(1) else { return (nil, position) }
    var lines: [ReturnableOrder.Line] = []
    for row in result where !row.isNull(4) {
      lines.append(
        ReturnableOrder.Line(
          orderItemID: OrderItemID(try row.int64(4)), productID: ProductID(try row.int64(5)), quantity: try row.int64(6),
          netHT: try Cents(decimal: row.string(7)), vat: try Cents(decimal: row.string(8)),
          withdrawalExclusion: try row.optionalString(9).flatMap(WithdrawalExclusion.init(rawValue:))))
    }
    let status = try result[0].optionalString(10).flatMap(OrderStatusName.init(rawValue:))
    let found = ReturnableOrder(
      orderID: OrderID(order), userID: UserID(try result[0].int64(2)),
      deliveredAt: try result[0].optionalTimestamp(3).map { Timestamp(microseconds: $0) }, hasLeft: status == .shipped,
      isCancelled: status == .cancelled || status == .refunded, lines: lines)
    return (found, position)
  }

  private static func reply(_ outcome: CommandOutcome<ReturnAnswer>, location: String?) -> Reply {
    .command(outcome, location: location) { json in
      guard let answer = outcome.answer else { return }
      json.field("id", answer.returnID.rawValue)
      json.field("status", answer.status.rawValue)
      json.field("is_refunded", answer.isRefunded)
    }
  }

  private static let state = Schema.object(
    "ReturnState", ["id": .id, "status": .choice(ReturnResources.statuses), "is_refunded": .boolean])
}
