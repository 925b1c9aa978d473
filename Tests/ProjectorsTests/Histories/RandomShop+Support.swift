import EventSourcing
import EventStore
import JSON

@testable import Aggregates

extension RandomShop {
  // MARK: Tickets

  static let ticketSteps: [Step] = [
    { shop in
      guard shop.agents.count < 3, let user = shop.any(shop.users) else { return }
      let membership = SupportAgent.Membership(roleName: "support", teamID: 0)
      if try await shop.send(JoinSupportTeam(userID: user, membership: membership)) != nil, !shop.agents.contains(user) {
        shop.agents.append(user)
      }
    },
    { shop in
      guard shop.agents.count > 2, shop.chance(40), let user = shop.any(shop.agents) else { return }
      try await shop.send(LeaveSupportTeam(userID: user, membership: SupportAgent.Membership(roleName: "support", teamID: 0)))
      shop.agents.removeAll { $0 == user }
    },
    requestReturn, moveReturns, moveReturns, moveReturns, openTicket, openTicket, openTicket, changeTicket,
    changeTicket, changeTicket, changeTicket, fireTimer, fireTimer, write, write, write,
    { shop in
      guard let (message, ticket) = shop.any(shop.messages) else { return }
      let actor = TicketActor.administrator(UserID(1))
      switch shop.number(1...5) {
      case 1...2:
        let text = shop.name("Better said")
        try await shop.send(EditTicketMessage(ticketID: ticket, messageID: message, actor: actor, message: text))
      case 3: try await shop.send(ReadTicketMessages(ticketID: ticket, actor: actor))
      case 4: try await shop.send(ReadTicketMessages(ticketID: ticket, actor: shop.owner(of: ticket)))
      default:
        if try await shop.send(DeleteTicketMessage(ticketID: ticket, messageID: message, actor: actor)) != nil {
          shop.messages[message] = nil
        }
      }
    },
    { shop in
      guard let (ticket, _) = shop.any(shop.tickets) else { return }
      let id = TicketAttachmentID(shop.freshID())
      let message = shop.chance(60) ? shop.messages.filter { $0.value == ticket }.keys.sorted().last : nil
      let attach = AttachTicketFile(
        ticketID: ticket, attachmentID: id, messageID: message, actor: .administrator(UserID(1)), originalName: shop.name("Scan"),
        filename: "\(id).pdf", filePath: "tickets/\(ticket)/\(id).pdf", mimeType: "application/pdf", fileSize: shop.number(0...99_999))
      if try await shop.send(attach) != nil { shop.files[id] = ticket }
    },
    { shop in
      guard shop.chance(50), let (id, ticket) = shop.any(shop.files) else { return }
      if try await shop.send(RemoveTicketFile(ticketID: ticket, attachmentID: id, actor: .administrator(UserID(1)))) != nil {
        shop.files[id] = nil
      }
    },
    { shop in
      guard let (_, order) = shop.any(shop.ticketOrders) else { return }
      try await shop.send(NoteOrderOnTickets(orderID: order, status: shop.any(OrderStatusName.allCases)!.rawValue))
    },
    { shop in
      guard shop.tickets.count > 6, shop.chance(50), let (ticket, _) = shop.any(shop.tickets), !shop.returns.values.contains(ticket) else {
        return
      }
      if try await shop.send(DeleteTicket(ticketID: ticket, deletedBy: UserID(1))) != nil {
        shop.tickets.removeValue(forKey: ticket)
        shop.ticketOrders[ticket] = nil
      }
    },
  ]

  private static func openTicket(_ shop: RandomShop) async throws {
    let id = TicketID(shop.freshID())
    guard let user = shop.any(shop.users) else { return }
    let isGuest = shop.chance(20)
    let order = shop.any(shop.orders).map {
      TicketOrder(
        orderID: $0, orderNumber: "ORD-\($0)", userID: user, totalTTC: Cents(shop.number(1...99_999)), status: "pending",
        hasFailedPayment: shop.chance(20))
    }
    let command = OpenTicket(
      ticketID: id, ticketNumber: "TKT-\(id)", userID: isGuest ? nil : user, subject: shop.name("Broken"),
      description: shop.name("It does not work"), category: shop.any([nil, "billing", "shipping"])!,
      priority: shop.chance(50) ? shop.any(TicketPriority.allCases) : nil,
      metadata: shop.chance(50) ? .object([]) : ["tags": ["a", "é'\""], "weight": .number("1.5")],
      contact: isGuest ? TicketContact(email: "\(id)@example.com") : nil, order: isGuest || shop.chance(40) ? nil : order)
    if try await shop.send(command) != nil {
      shop.tickets.updateValue(isGuest ? nil : user, forKey: id)
      if let order = command.order { shop.ticketOrders[id] = order.orderID }
    }
  }

  private static func changeTicket(_ shop: RandomShop) async throws {
    guard let (id, _) = shop.any(shop.tickets) else { return }
    let agent = shop.any(shop.agents)
    let (choice, text, priority) = (shop.number(1...12), shop.name("Really broken"), shop.any(TicketPriority.allCases)!)
    let answer = try await shop.send(
      ChangeTicket(ticketID: id, actor: .administrator(UserID(1)), reason: "because") { ticket in
        switch choice {
        case 1: ticket.subject = text
        case 2: ticket.metadata = ["note": .string(text)]
        case 3: ticket.priority = priority
        case 4: ticket.assignedTo = nil
        default:
          switch ticket.status {
          case .open: ticket.assignedTo = agent
          case .inProgress: ticket.status = choice.isMultiple(of: 2) ? .waitingCustomer : .resolved
          case .resolved: ticket.status = ticket.assignedTo == nil ? .open : .inProgress
          case .waitingCustomer, .closed: break
          }
        }
      })
    if answer?.status == .waitingCustomer { shop.waitingTicket = id }
  }

  /// Lets any timer of a ticket fire that stands.
  private static func fireTimer(_ shop: RandomShop) async throws {
    guard let (id, _) = shop.any(shop.tickets) else { return }
    let state = try await shop.state(of: Ticket.self, id)
    let standing = TicketTimer.Kind.allCases.filter { TicketTimer.due($0, state.deadlines) != nil }
    guard let kind = shop.any(standing), let due = TicketTimer.due(kind, state.deadlines) else { return }
    try await shop.send(FireTicketTimer(ticketID: id, kind: kind, dueAt: due))
  }

  /// As the log has it now.
  private func state<A: Aggregate>(of aggregate: A.Type, _ id: some CustomStringConvertible) async throws -> A.State {
    let events = try await log.readStream(A.stream(id), after: .none, limit: 1_000)
    let keys = try await log.subjectKeys(Set(events.compactMap(\.subject)), create: false)
    return try A.state(after: events.map { try A.Event.decoder.decode($0, keys: keys) })
  }

  // MARK: Returns

  private static func requestReturn(_ shop: RandomShop) async throws {
    guard let (ticket, order) = shop.any(shop.ticketOrders), let user = shop.tickets[ticket] ?? nil else { return }
    // A clock that starts in 2026: delivered a while before.
    let line = ReturnableOrder.Line(
      orderItemID: OrderItemID(order.rawValue), productID: ProductID(1), quantity: 500, netHT: Cents(10_007), vat: Cents(2_001))
    let facts = ReturnableOrder(
      orderID: order, userID: user, deliveredAt: Timestamp(rfc3339: "2026-01-01T12:00:00Z"), lines: [line])
    let id = ReturnID(shop.freshID())
    let command = RequestReturn(
      returnID: id, firstLineID: ReturnLineID(shop.freshID()), ticketID: ticket, actor: .customer(user), order: facts,
      reason: shop.any(ReturnReason.allCases)!, items: [.init(orderItemID: line.orderItemID, quantity: shop.number(1...9))],
      comment: shop.chance(50) ? shop.name("Too small") : nil)
    if try await shop.send(command) != nil { shop.returns[id] = ticket }
  }

  /// A return takes six moves to its end, and the newest ones alone are moved.
  private static func moveReturns(_ shop: RandomShop) async throws {
    for _ in 0..<4 { try await moveReturn(shop) }
  }

  /// Does what a return takes now.
  private static func moveReturn(_ shop: RandomShop) async throws {
    guard let id = shop.any(Array(shop.returns.keys.sorted().suffix(2))) else { return }
    let state = try await shop.state(of: Return.self, id)
    // What ends a return comes in turn, since few come so far.
    let ends: [ReturnAction] = [.replace, .sendBack, .refund]
    let isAtEnd = state.status == .inspected && state.reason != .withdrawal
    guard let action = isAtEnd ? ends[shop.settledReturns % 3] : shop.any(Return.allowed(state)) else { return }
    if isAtEnd { shop.settledReturns += 1 }
    if shop.chance(20), let due = ReturnTimer.due(.refund, state) {
      try await shop.send(FireReturnTimer(returnID: id, kind: .refund, dueAt: due))
      return
    }
    let line = state.lines[0]
    let came = state.received[line.lineID] ?? shop.number(1...line.quantity)
    let move: ReturnMove
    switch action {
    case .authorise: move = .authorise(label: shop.chance(50) ? "label" : nil)
    case .refuse: move = .refuse(reason: shop.name("No"))
    case .shipBack: move = .shipBack(tracking: "T\(id)")
    case .receive: move = .receive([ReturnReceived.Item(lineID: line.lineID, quantity: came)])
    case .inspect: move = .inspect([.init(lineID: line.lineID, accepted: shop.number(0...came), restock: shop.chance(50))])
    case .refund: move = .refund
    case .replace: move = .replace(by: OrderID(1))
    case .sendBack: move = .sendBack
    case .expire:
      let due = ReturnTimer.due(.sending, state)!
      try await shop.send(FireReturnTimer(returnID: id, kind: .sending, dueAt: due))
      return
    }
    try await shop.send(MoveReturn(returnID: id, actor: .administrator(UserID(1)), move: move))
  }

  private static func write(_ shop: RandomShop) async throws {
    guard let (any, _) = shop.any(shop.tickets) else { return }
    let id = TicketMessageID(shop.freshID())
    let isStaff = shop.chance(40)
    // What a customer is waited for, he writes sooner or later.
    let ticket = isStaff ? any : shop.waitingTicket ?? any
    if !isStaff { shop.waitingTicket = nil }
    let command = AddTicketMessage(
      ticketID: ticket, messageID: id, actor: isStaff ? .administrator(UserID(1)) : shop.owner(of: ticket), message: shop.name("Well"),
      isInternal: isStaff && shop.chance(30))
    if try await shop.send(command) != nil { shop.messages[id] = ticket }
  }

  private func owner(of ticket: TicketID) -> TicketActor {
    if let user = tickets[ticket] ?? nil { .customer(user) } else { .guest(ticketNumber: "TKT-\(ticket)") }
  }

  // MARK: Questions

  static let questionSteps: [Step] = [
    { shop in
      guard let user = shop.any(shop.users) else { return }
      let id = QuestionID(shop.freshID())
      let product = shop.chance(50) ? shop.any(shop.products)?.key : nil
      let content = Question.Content(title: shop.chance(50) ? shop.name("Short") : nil, question: shop.name("What is it made of"))
      let ask = AskQuestion(questionID: id, userID: user, productID: product, isProductKnown: true, content: content)
      if try await shop.send(ask) != nil { shop.questions[id] = user }
    },
    { shop in
      guard let (id, _) = shop.any(shop.questions) else { return }
      try await shop.send(PublishQuestion(questionID: id, publishedBy: UserID(1)))
    },
    { shop in
      guard let (id, user) = shop.any(shop.questions) else { return }
      let text = shop.name("What is it really made of")
      try await shop.send(
        RewordQuestion(questionID: id, actor: shop.chance(50) ? .user(user) : .administrator(UserID(1))) { $0.question = text })
    },
    { shop in
      guard shop.questions.count > 5, shop.chance(40), let (id, user) = shop.any(shop.questions) else { return }
      let answer: Bool
      if shop.chance(50) {
        answer = try await shop.send(RejectQuestion(questionID: id, rejectedBy: UserID(1))) != nil
      } else {
        answer = try await shop.send(DeleteQuestion(questionID: id, actor: .user(user))) != nil
      }
      if answer { shop.questions[id] = nil }
    },
    { shop in
      guard let (question, _) = shop.any(shop.questions), let user = shop.any(shop.users) else { return }
      let id = AnswerID(shop.freshID())
      let isOfficial = shop.chance(30)
      let command = AnswerQuestion(
        answerID: id, questionID: question, actor: .user(user), isStaff: true,
        content: QuestionAnswer.Content(answer: shop.name("It is made of wool"), isOfficial: isOfficial))
      if try await shop.send(command) != nil { shop.answers[id] = question }
    },
    { shop in
      guard let (id, question) = shop.any(shop.answers) else { return }
      let text = shop.name("It is made of good wool")
      try await shop.send(
        RewordAnswer(answerID: id, questionID: question, actor: .administrator(UserID(1)), isStaff: true) {
          $0.answer = text
          $0.isOfficial.toggle()
        })
    },
    { shop in
      guard let (id, question) = shop.any(shop.answers), let user = shop.any(shop.users) else { return }
      try await shop.send(MarkAnswerHelpful(answerID: id, questionID: question, actor: .user(user)))
    },
    { shop in
      guard shop.answers.count > 4, shop.chance(40), let (id, question) = shop.any(shop.answers) else { return }
      if try await shop.send(DeleteAnswer(answerID: id, questionID: question, actor: .administrator(UserID(1)))) != nil {
        shop.answers[id] = nil
      }
    },
  ]
}
