import Aggregates

extension SupportDesk {
  public var notes: SagaNotes? {
    let (times, returns) = (TicketTimes(), ReturnTimes())
    func byPriority(_ durations: [TicketPriority: Duration]) -> [Duration] { TicketPriority.allCases.compactMap { durations[$0] } }
    let priorities = TicketPriority.allCases.map(\.rawValue).joined(separator: ", ")
    return SagaNotes(
      """
      Keeps the support desk's deadlines, its team in step with roles, and tickets with their orders. What a return brought back goes to the order and to
      the stock, and what is to be paid back is asked of the payment. An order that is withdrawn from before it left is cancelled; where the parcel has left
      meanwhile, a return is opened.
      """,
      steps: [
        .on(RoleAssigned.self, JoinSupportTeam.self), .on(RoleRevoked.self, LeaveSupportTeam.self),
        .on(OrderCancelled.self, NoteOrderOnTickets.self), .on(WithdrawalConfirmed.self, CancelOrder.self),
        .on(WithdrawalConfirmed.self, OpenHeldReturn.self), .on(ReturnInspected.self, RecordOrderReturn.self),
        .on(ReturnInspected.self, DispatchReservation.self), .on(ReturnInspected.self, ReturnStock.self),
        .on(ReturnRefunded.self, RequestRefund.self),
      ],
      timers: [
        SagaTimer(
          TicketTimer.Kind.response.rawValue, "an agent's first answer (\(priorities))", after: byPriority(times.response),
          then: "the ticket says that the deadline was missed"),
        SagaTimer(
          TicketTimer.Kind.resolution.rawValue, "the resolution (\(priorities)), while the customer is not waited for",
          after: byPriority(times.resolution), then: "the ticket says that the deadline was missed"),
        SagaTimer(
          TicketTimer.Kind.close.rawValue, "the customer's answer to a question; his word on a resolution",
          after: [times.silence, times.confirmation], then: "the ticket closes"),
        SagaTimer(
          ReturnTimer.Kind.sending.rawValue,
          "goods to be sent back after the return was authorised; the longer time where they had not come to the buyer by then",
          after: [returns.sending, returns.sendingUndelivered], then: "the return expires"),
        SagaTimer(
          ReturnTimer.Kind.refund.rawValue, "a withdrawal to be paid back after its notice", after: [returns.refund],
          then: "it is paid back"),
      ], machines: [Saga.machine])
  }
}
