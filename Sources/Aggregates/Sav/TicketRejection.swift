public import EventSourcing

/// Why a command on a ticket is refused.
public enum TicketRejection: Rejection, Hashable {
  /// There is no such ticket, or whoever asks does not see it.
  case notFound
  /// The ticket has no such message, or whoever asks does not see it.
  case messageNotFound
  case attachmentNotFound
  /// The ticket's state does not take this.
  /// - Parameter allowed: the states it can move to now.
  case wrongState(current: TicketStatus, allowed: [TicketStatus])
  /// Only staff does this.
  case staffOnly
  /// A field breaks a rule, or refers to something that does not exist.
  case invalid(FieldError)
  /// Returns were opened from the ticket, so it stays.
  case hasReturns([ReturnID])
  /// The ticket has as many messages, or files, as one may have.
  case tooMany(maximum: Int)
}
