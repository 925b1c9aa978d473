import Aggregates
import EventSourcing
import HTTPTypes
import JSON

/// Withdrawing from an order in two steps, with a receipt. To everybody but the buyer there is no such withdrawal.
enum WithdrawalRoutes {
  static let routes: [Route] = [
    Route(
      .post, "/withdrawals", "declareWithdrawal",
      "Declares the withdrawal from an order, or from some lines of it: nothing happens until it is confirmed",
      in: NewWithdrawal.self, out: state.asData, status: 201, access: .bearer, idempotency: .compulsory,
      problems: [.stateConflict, .ruleViolated, .unknownReference], handler: declare),
    Route(
      .post, "/withdrawals/{id}/confirm", "confirmWithdrawal",
      "Confirms a withdrawal: opens a ticket with an authorised return, or cancels a whole order that has not left, and mails the receipt",
      in: IDInput<WithdrawalID>.self,
      out: state.asData, access: .bearer, idempotency: .compulsory, problems: [.stateConflict, .ruleViolated, .numbersExhausted],
      handler: confirm),
    Route(
      .get, "/withdrawals/{id}", "withdrawal", "A withdrawal", in: IDInput<WithdrawalID>.self, out: state.asData, access: .bearer,
      idempotency: .none, problems: []
    ) { input, call in
      let (found, position) = try await read(input.id, call)
      var reply = Reply.data { json in write(found, to: &json) }
      reply.position = position
      return reply
    },
    Route(
      .get, "/withdrawals/{id}/receipt", "withdrawalReceipt", "The receipt of a confirmed withdrawal, as a text to keep",
      in: WithdrawalReceiptInput.self, out: receipt.asData, access: .bearer, idempotency: .none, problems: [.stateConflict],
      handler: receipt
    ).answering("text/plain"),
  ]

  private static let state = Schema.object(
    "Withdrawal",
    [
      "id": .id, "status": .choice(WithdrawalStatus.allCases.map(\.rawValue)), "order_id": .id, "order_number": .text,
      "lines": .array(.object(["order_item_id": .id, "product_id": .id, "name": .text.nullable, "quantity": .integer])),
      "declared_at": .time, "confirm_by": .time, "confirmed_at": .time.nullable, "return_id": .id.nullable, "ticket_id": .id.nullable,
    ])
  private static let receipt = Schema.object("WithdrawalReceipt", ["id": .id, "confirmed_at": .time, "text": .text])

  // MARK: Steps

  @Sendable private static func declare(_ input: NewWithdrawal, _ call: Call) async throws -> Reply {
    let user = call.user.userID
    let order = try await ReturnRoutes.order(ReturnResources.withdrawableOrder, input.orderID.rawValue, call)
    guard let order, order.userID == user, let known = try await TicketOpening.order(input.orderID, of: user, call),
      known.websiteID == call.websiteID
    else {
      throw Problem.field("/order_id", .unknownReference)
    }
    let id = WithdrawalID(try await call.nextID("withdrawal"))
    let outcome = try await call.execute(
      DeclareWithdrawal(
        withdrawalID: id, userID: user, order: order, orderNumber: known.orderNumber,
        names: try await call.productNames(ofOrder: input.orderID), items: input.items, statement: input.statement))
    return reply(outcome, location: "/api/v1/sav/withdrawals/\(outcome.answer?.notice.withdrawalID ?? id)")
  }

  @Sendable private static func confirm(_ input: IDInput<WithdrawalID>, _ call: Call) async throws -> Reply {
    let (found, _) = try await read(input.id, call)
    let notice = found.notice
    let order = try await ReturnRoutes.order(ReturnResources.withdrawableOrder, notice.orderID.rawValue, call)
    let ticketOrder = try await TicketOpening.order(notice.orderID, of: notice.userID, call)
    guard ticketOrder?.websiteID == call.websiteID else { throw Problem(.notFound) }
    var command = ConfirmWithdrawal(
      withdrawalID: input.id, userID: call.user.userID, order: order,
      ticketOrder: ticketOrder, ticketID: TicketID(try await call.nextID("ticket")), ticketNumber: "",
      returnID: ReturnID(try await call.nextID("return")),
      firstLineID: ReturnLineID(try await call.nextID("return_line", count: max(1, notice.lines.count))),
      ticketTimes: call.services.configuration.ticketTimes, returnTimes: call.services.configuration.returnTimes)
    for _ in 0..<3 {
      command.ticketNumber = try await TicketNumber.next(call.services)
      do {
        return reply(try await call.execute(command), location: nil)
      } catch CommandError.refused(.claimTaken) {
        continue
      }
    }
    throw Problem(.numbersExhausted)
  }

  private static func reply(_ outcome: CommandOutcome<WithdrawalAnswer>, location: String?) -> Reply {
    .command(outcome, location: location) { json in
      if let answer = outcome.answer { write(answer, to: &json) }
    }
  }

  private static func write(_ answer: WithdrawalAnswer, to json: inout JSONWriter) {
    json.field("id", answer.notice.withdrawalID.rawValue)
    json.field("status", answer.status.rawValue)
    json.field("order_id", answer.notice.orderID.rawValue)
    json.field("order_number", answer.notice.orderNumber)
    json.array("lines", answer.notice.lines) { $1.encode(to: &$0) }
    json.field("declared_at", answer.notice.declaredAt.rfc3339)
    json.field("confirm_by", answer.confirmBy.rfc3339)
    json.field("confirmed_at", answer.confirmedAt?.rfc3339)
    json.field("return_id", answer.returnID?.rawValue)
    json.field("ticket_id", answer.ticketID?.rawValue)
  }

  // MARK: Reading

  /// There is no table of withdrawals: what they lead to are returns. Each has two events at most.
  private static func events(_ id: WithdrawalID, _ call: Call) async throws -> (events: [WithdrawalEvent], position: Position) {
    let events = try await call.services.log.readStream(Withdrawal.stream(id), after: .none, limit: 10)
    guard let last = events.last else { throw Problem(.notFound) }
    let keys = try await call.services.log.subjectKeys(Set(events.compactMap(\.subject)), create: false)
    return (try events.map { try WithdrawalEvent.decoder.decode($0, keys: keys) }, last.position)
  }

  private static func read(_ id: WithdrawalID, _ call: Call) async throws -> (WithdrawalAnswer, Position) {
    let (events, position) = try await events(id, call)
    let answer = try WithdrawalAnswer(id, Withdrawal.state(after: events))
    guard answer.notice.userID == call.user.userID else { throw Problem(.notFound) }
    return (answer, position)
  }

  @Sendable private static func receipt(_ input: WithdrawalReceiptInput, _ call: Call) async throws -> Reply {
    let (events, position) = try await events(input.id, call)
    guard try WithdrawalAnswer(input.id, Withdrawal.state(after: events)).notice.userID == call.user.userID else {
      throw Problem(.notFound)
    }
    guard case .confirmed(let confirmed)? = events.last else {
      throw Problem(.stateConflict, members: [("missing", "confirmation")])
    }
    guard let text = confirmed.receipt else { throw Problem(.notFound) }
    var reply: Reply
    switch input.format {
    case .json:
      reply = .data { json in
        json.field("id", input.id.rawValue)
        json.field("confirmed_at", confirmed.confirmedAt.rfc3339)
        json.field("text", text)
      }
    case .text:
      reply = Reply(.bytes(Array(text.utf8)))
      reply.contentType = "text/plain; charset=utf-8"
      reply.headers.append((.contentDisposition, "attachment; filename=\"withdrawal-\(input.id).txt\""))
    }
    reply.position = position
    return reply
  }
}

struct NewWithdrawal: RouteInput {
  let orderID: OrderID
  /// Nil: all that has not come back yet.
  let items: [RequestReturn.Item]?
  let statement: WithdrawalStatement

  init(_ fields: inout InputReader) {
    orderID = fields.body("order_id", .id(OrderID.self))
    items = fields.optionalList("lines", of: ReturnItemInput.self, atMost: Return.maximumLines)?.map(\.item)
    statement = WithdrawalStatement(
      name: fields.body("name", .text(255)), email: fields.body("email", .text(255, min: 3, .email)),
      comment: fields.optional("comment", .text(1_000)))
  }
}

struct WithdrawalReceiptInput: RouteInput {
  enum Format: String, CaseIterable, Sendable {
    case text, json
  }

  let id: WithdrawalID
  let format: Format

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(WithdrawalID.self))
    format = fields.query("format", .choice(Format.self)) ?? .text
  }
}
