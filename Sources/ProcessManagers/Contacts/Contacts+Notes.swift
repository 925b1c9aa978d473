import Aggregates

extension Contacts {
  public var notes: SagaNotes? {
    SagaNotes(
      """
      Contacts follow accounts, orders and the newsletter: whoever registers or buys is a contact, takes over a new name or address, is counted mails to,
      and is subscribed where he is subscribed to the newsletter.
      """,
      steps: [
        .on(UserRegistered.self, AddContact.self), .on(UserRegistered.self, LinkContactToUser.self), .on(UserRenamed.self, FollowUser.self),
        .on(EmailChanged.self, FollowUser.self), .on(UserDeleted.self, ActOnContact.self), .on(OrderConfirmed.self, AddContact.self),
        .on(OrderConfirmed.self, LinkContactToUser.self), .on(MailSent.self, ActOnContact.self), .on(MailOpened.self, ActOnContact.self),
        .on(MailClicked.self, ActOnContact.self), .on(MailBounced.self, ActOnContact.self),
        .on(SubscriptionConfirmed.self, ActOnContact.self), .on(SubscriptionRenewed.self, ActOnContact.self),
        .on(SubscriberEnrolled.self, ActOnContact.self), .on(SubscriberUnsubscribed.self, ActOnContact.self),
      ],
      timers: [
        SagaTimer(
          ContactListTimer.action, "anybody to do something with a list (one for marketing; any other)",
          after: [ContactList.idleTime(.marketing), ContactList.idleTime(.custom)], then: "the list is archived")
      ], machines: [Saga.machine])
  }
}
