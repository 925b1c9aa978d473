import Aggregates

extension Contacts {
  public var notes: SagaNotes? {
    SagaNotes(
      """
      Contacts follow accounts, orders and the newsletter: whoever registers or buys is a contact, takes over a new name or address, is counted mails to,
      and is subscribed where he is subscribed to the newsletter.
      """,
      timers: [
        SagaTimer(
          ContactListTimer.action, "anybody to do something with a list (one for marketing; any other)",
          after: [ContactList.idleTime(.marketing), ContactList.idleTime(.custom)], then: "the list is archived")
      ], machines: [Saga.machine])
  }
}
