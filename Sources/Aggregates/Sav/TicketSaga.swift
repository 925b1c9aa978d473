/// Where what follows from others' events waits, if it keeps failing: for an agent's roles, an order's tickets, or a return.
public enum TicketSaga: StreamSaga {
  public static let category = "ticketsaga"
  public static let names = StreamSagaNames("TicketSaga")
}
