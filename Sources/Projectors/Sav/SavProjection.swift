import Aggregates
import EventSourcing

extension Projection {
  /// `sav_service_db`: tickets with their messages and files, and returns.
  public static let sav = Projection(
    database: "sav_service_db",
    ownCategories: [
      Ticket.category, SupportAgent.category, TicketsOfOrder.category, TicketSaga.category, Return.category, ReturnsOfOrder.category,
      Withdrawal.category,
    ],
    tables: [SavTables.tickets, SavTables.messages, SavTables.attachments, ReturnRows.returns, ReturnRows.lines, users.table]
      + OrderCopies.tables,
    handlers: tickets + moves + messages + files + inner + ReturnRows.handlers + users.handlers + OrderCopies.handlers)

  private static let users = UserCopies()

  private static let tickets: [EventHandler] = [
    .on(TicketOpened.self) { event, facts, rows in
      rows.insert(
        into: SavTables.tickets,
        [
          "id": .id(event.ticket.ticketID), "ticket_number": .text(event.ticket.ticketNumber), "user_id": userID(event.ticket.userID),
          "subject": .text(event.personal?.subject ?? ""), "description": .text(event.personal?.description ?? ""),
          "priority": .name(event.priority), "status": .name(TicketStatus.open), "category": .text(event.category),
          "order_id": .id(event.orderID), "metadata": json(event.personal?.metadata), "created_at": .timestamp(facts.occurredAt),
          "updated_at": .timestamp(facts.occurredAt),
        ])
    },
    .on(TicketDetailsChanged.self) { event, facts, rows in
      rows.update(
        SavTables.tickets, .id(event.ticket.ticketID),
        set: [
          "subject": .text(event.personal?.subject ?? ""), "description": .text(event.personal?.description ?? ""),
          "category": .text(event.category), "metadata": json(event.personal?.metadata), "updated_at": .timestamp(facts.occurredAt),
        ])
    },
    .on(TicketPriorityChanged.self) { event, facts, rows in
      rows.update(
        SavTables.tickets, .id(event.ticket.ticketID),
        set: ["priority": .name(event.priority), "updated_at": .timestamp(facts.occurredAt)])
    },
    .on(TicketDeadlineMissed.self) { event, facts, rows in
      rows.update(
        SavTables.tickets, .id(event.ticket.ticketID),
        set: [
          "priority": .name(event.priority), "metadata": json(event.personal?.metadata), "updated_at": .timestamp(facts.occurredAt),
        ])
    },
    .on(TicketOrderNoted.self) { event, facts, rows in
      rows.update(
        SavTables.tickets, .id(event.ticket.ticketID),
        set: ["metadata": json(event.personal?.metadata), "updated_at": .timestamp(facts.occurredAt)])
    },
    .on(TicketDeleted.self) { event, _, rows in
      let ticket = SQLValue.id(event.ticket.ticketID)
      rows.deleteAll(from: SavTables.attachments, where: "ticket_id", equals: ticket)
      rows.deleteAll(from: SavTables.messages, where: "ticket_id", equals: ticket)
      rows.delete(from: SavTables.tickets, ticket)
    },
  ]

  private static let moves: [EventHandler] = [
    move(TicketAssigned.self), move(TicketUnassigned.self), move(TicketCustomerAwaited.self), move(TicketResumed.self),
    move(TicketResolved.self), move(TicketReopened.self), move(TicketClosed.self),
  ]

  /// Every move says where the ticket stands now. The time of the resolution goes with the resolution, and stays when it is closed.
  private static func move<Kind>(_ kind: TicketMove<Kind>.Type) -> EventHandler {
    .on(kind) { event, facts, rows in
      var values: ColumnValues = [
        "status": .name(event.status), "assigned_to": .id(event.assignedTo), "metadata": json(event.personal?.metadata),
      ]
      if event.status != event.previousStatus {
        switch event.status {
        case .resolved: values.append(["resolved_at": .timestamp(facts.occurredAt)])
        case .closed: values.append(["closed_at": .timestamp(facts.occurredAt)])
        case .open, .inProgress, .waitingCustomer: values.append(["resolved_at": nil])
        }
      }
      values.append(["updated_at": .timestamp(facts.occurredAt)])
      rows.update(SavTables.tickets, .id(event.ticket.ticketID), set: values)
    }
  }

  private static let messages: [EventHandler] = [
    .on(TicketMessageAdded.self) { event, facts, rows in
      rows.insert(
        into: SavTables.messages,
        [
          "id": .id(event.messageID), "ticket_id": .id(event.ticket.ticketID), "sender_id": userID(event.senderID),
          "sender_type": .name(event.senderType), "message": .text(event.personal?.message ?? ""), "is_internal": .bool(event.isInternal),
          "created_at": .timestamp(facts.occurredAt), "updated_at": .timestamp(facts.occurredAt),
        ])
      touch(event.ticket, facts, &rows)
    },
    .on(TicketMessageEdited.self) { event, facts, rows in
      rows.update(
        SavTables.messages, .id(event.messageID),
        set: ["message": .text(event.personal?.message ?? ""), "updated_at": .timestamp(facts.occurredAt)])
      touch(event.ticket, facts, &rows)
    },
    .on(TicketMessageDeleted.self) { event, facts, rows in
      rows.deleteAll(from: SavTables.attachments, where: "message_id", equals: .id(event.messageID))
      rows.delete(from: SavTables.messages, .id(event.messageID))
      touch(event.ticket, facts, &rows)
    },
    // What is read has not changed: `updated_at` stays.
    .on(TicketMessagesRead.self) { event, facts, rows in
      for id in event.messageIDs { rows.update(SavTables.messages, .id(id), set: ["read_at": .timestamp(facts.occurredAt)]) }
    },
  ]

  private static let files: [EventHandler] = [
    .on(TicketFileAttached.self) { event, facts, rows in
      rows.insert(
        into: SavTables.attachments,
        [
          "id": .id(event.attachmentID), "ticket_id": .id(event.ticket.ticketID), "message_id": .id(event.messageID),
          "original_name": .text(event.personal?.originalName ?? ""), "filename": .text(event.filename),
          "file_path": .text(event.filePath), "mime_type": .text(event.mimeType), "file_size": .int(event.fileSize),
          "created_at": .timestamp(facts.occurredAt), "updated_at": .timestamp(facts.occurredAt),
        ])
      touch(event.ticket, facts, &rows)
    },
    .on(TicketFileRemoved.self) { event, facts, rows in
      rows.delete(from: SavTables.attachments, .id(event.attachmentID))
      touch(event.ticket, facts, &rows)
    },
  ]

  /// What only commands and process managers go by.
  private static let inner: [EventHandler] = [
    .ignoring(SupportAgentJoined.self), .ignoring(SupportAgentLeft.self), .ignoring(SupportTicketTaken.self),
    .ignoring(SupportTicketReleased.self), .ignoring(TicketLinkedToOrder.self), .ignoring(StreamSagaParked<TicketSaga>.self),
    .ignoring(StreamSagaResumed<TicketSaga>.self), .ignoring(WithdrawalDeclared.self), .ignoring(WithdrawalConfirmed.self),
  ]

  private static func touch(_ ticket: TicketKey, _ facts: EventFacts, _ rows: inout RowChanges) {
    rows.update(SavTables.tickets, .id(ticket.ticketID), set: ["updated_at": .timestamp(facts.occurredAt)])
  }

  /// The columns take no null: 0 stands for whoever did not sign in.
  private static func userID(_ id: UserID?) -> SQLValue { .int(id?.rawValue ?? 0) }

  private static func json(_ text: String?) -> SQLValue { text.map { .json(Array($0.utf8)) } ?? .null }
}

/// The tables of `sav_service_db`.
enum SavTables {
  static let tickets = Table(
    "support_tickets",
    [
      Column("id", .bigint), Column("ticket_number", .text), Column("user_id", .bigint), Column("subject", .text),
      Column("description", .text), Column("priority", .text), Column("status", .text), Column("category", .text),
      Column("assigned_to", .bigint), Column("order_id", .bigint), Column("metadata", .jsonb), Column("resolved_at", .timestamptz),
      Column("closed_at", .timestamptz), Column("created_at", .timestamptz), Column("updated_at", .timestamptz),
    ])
  static let messages = Table(
    "ticket_messages", references: ["ticket_id": "support_tickets"],
    [
      Column("id", .bigint), Column("ticket_id", .bigint), Column("sender_id", .bigint), Column("sender_type", .text),
      Column("message", .text), Column("is_internal", .boolean), Column("read_at", .timestamptz), Column("created_at", .timestamptz),
      Column("updated_at", .timestamptz),
    ])
  static let attachments = Table(
    "ticket_attachments", references: ["ticket_id": "support_tickets", "message_id": "ticket_messages"],
    [
      Column("id", .bigint), Column("ticket_id", .bigint), Column("message_id", .bigint), Column("original_name", .text),
      Column("filename", .text), Column("file_path", .text), Column("mime_type", .text), Column("file_size", .bigint),
      Column("created_at", .timestamptz), Column("updated_at", .timestamptz),
    ])
}
