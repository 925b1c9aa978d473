import Aggregates

extension Newsletters {
  public var notes: SagaNotes? {
    func timer(_ what: NewsletterTimer, _ meaning: String, then: String) -> SagaTimer {
      SagaTimer(what.action, meaning, after: [what.delay], then: then)
    }
    let key = DeliveryKey(CampaignID(1), NewsletterID(1))
    return SagaNotes(
      """
      Subscribers follow contacts and accounts: whom staff subscribes has the newsletter, whom a form subscribes is asked to confirm, and who leaves as a
      contact or closes his account leaves the newsletter. It tidies up what is old.
      """,
      steps: [
        .on(ContactAdded.self, EnrolSubscriber.self), .on(ContactAdded.self, RequestSubscription.self),
        .on(ContactSubscribed.self, EnrolSubscriber.self), .on(ContactSubscribed.self, RequestSubscription.self),
        .on(ContactUnsubscribed.self, Unsubscribe.self), .on(ContactDeleted.self, Unsubscribe.self),
        .on(ContactDetailsChanged.self, ChangeSubscriber.self), .on(EmailVerified.self, ChangeSubscriber.self),
        .on(UserDeleted.self, Unsubscribe.self),
      ],
      timers: [
        timer(.campaign(CampaignID(1)), "a campaign that was sent to be old", then: "it leaves the lists"),
        timer(.tracking(key), "how a mail was read to be nobody's business", then: "with what and from where is erased"),
        timer(.bounces(NewsletterID(1)), "bounces to be old", then: "they no longer count"),
      ], machines: [Subscriber.machine, Saga.machine])
  }
}
