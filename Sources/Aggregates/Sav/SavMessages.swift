import EventSourcing
import JSON

/// What other services hear of support tickets. Subjects and texts are told only where a mail needs them.
public enum SavMessages {
  public static let all: [MessageTranslation] = [
    MessageTranslation(TicketOpened.self, "sav.ticket.created") { json, opened, event in
      opened.ticket.encode(to: &json)
      json.field("subject", opened.personal?.subject)
      json.field("priority", name: opened.priority)
      json.field("status", name: TicketStatus.open)
      json.field("order_id", opened.orderID)
      json.field("category", opened.category)
      json.field("created_at", event.occurredAt)
    },
    MessageTranslation(TicketDetailsChanged.self, "sav.ticket.updated") { json, changed, event in
      changed.ticket.encode(to: &json)
      json.object("changes") { json in
        if changed.category != changed.previousCategory {
          json.object("category") { json in
            json.field("old", changed.previousCategory)
            json.field("new", changed.category)
          }
        }
        if let personal = changed.personal, personal.subject != personal.previousSubject {
          json.object("subject") { json in
            json.field("old", personal.previousSubject)
            json.field("new", personal.subject)
          }
        }
      }
      json.field("updated_at", event.occurredAt)
    },
    MessageTranslation(TicketPriorityChanged.self, "sav.ticket.updated") { json, changed, event in
      changed.ticket.encode(to: &json)
      json.field("priority", name: changed.priority)
      json.object("changes") { json in
        json.object("priority") { json in
          json.field("old", name: changed.previousPriority)
          json.field("new", name: changed.priority)
        }
      }
      json.field("updated_at", event.occurredAt)
    },
    MessageTranslation(TicketAssigned.self, "sav.ticket.assigned") { json, move, _ in
      move.ticket.encode(to: &json)
      json.field("assigned_to", move.assignedTo)
      json.field("assigned_by", move.movedBy)
      json.field("previous_status", name: move.previousStatus)
      json.field("new_status", name: move.status)
      json.field("subject", move.personal?.subject)
      json.field("priority", name: move.priority)
      json.field("assigned_at", move.movedAt)
    },
    moved(TicketUnassigned.self), moved(TicketCustomerAwaited.self), moved(TicketResumed.self), moved(TicketReopened.self),
    MessageTranslation(TicketResolved.self, "sav.ticket.resolved") { json, move, _ in
      move.ticket.encode(to: &json)
      json.field("resolved_by", move.movedBy)
      json.field("resolved_at", move.movedAt)
      json.field("resolution_time_minutes", move.minutes)
      json.field("sla_met", move.slaMet)
      json.field("category", move.category)
    },
    MessageTranslation(TicketClosed.self, "sav.ticket.closed") { json, move, _ in
      move.ticket.encode(to: &json)
      json.field("assigned_to", move.assignedTo)
      json.field("subject", move.personal?.subject)
      json.field("closed_at", move.movedAt)
    },
    MessageTranslation(TicketMessageAdded.self, "sav.ticket.message_added") { json, message, event in
      message.ticket.encode(to: &json)
      json.field("message_id", message.messageID)
      json.field("sender_id", message.senderID)
      json.field("sender_type", name: message.senderType)
      json.field("is_internal", message.isInternal)
      // Files come after their message, each by itself.
      json.field("has_attachments", false)
      json.field("attachment_count", 0)
      json.field("created_at", event.occurredAt)
    },
    MessageTranslation(TicketDeadlineMissed.self, "sav.ticket.sla_breach") { json, missed, _ in
      json.field("ticket_id", missed.ticket.ticketID)
      json.field("ticket_number", missed.ticket.ticketNumber)
      json.field("priority", name: missed.priority)
      json.field("sla_type", name: missed.deadline)
      json.field("expected_minutes", missed.expectedMinutes)
      json.field("actual_minutes", missed.actualMinutes)
      json.field("assigned_to", missed.assignedTo)
    },
    MessageTranslation(TicketDeleted.self, "sav.ticket.deleted") { json, deleted, event in
      deleted.ticket.encode(to: &json)
      json.field("deleted_at", event.occurredAt)
    },
  ]

  private static func moved<Kind: TicketMoveKind>(_ move: TicketMove<Kind>.Type) -> MessageTranslation {
    MessageTranslation(move, "sav.ticket.status_changed") { json, move, _ in
      move.ticket.encode(to: &json)
      json.field("previous_status", name: move.previousStatus)
      json.field("new_status", name: move.status)
      json.field("changed_by", move.movedBy)
      json.field("reason", move.reason)
      json.field("changed_at", move.movedAt)
    }
  }
}
