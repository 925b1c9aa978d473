public import EventSourcing

extension Subscriber {
  /// What becomes of a subscriber, whoever subscribes him.
  public static func machine() throws -> StateMachine {
    let id = NewsletterID(1)
    let content = SubscriberContent(email: "ada@customer.example", name: "Ada")
    return try StateMachine(
      of: Subscriber.self, id, state: name,
      distinction: { "\(name($0)) \(min($0.bounceCount, bounceLimit)) \(min($0.hardBounceCount, bounceLimit))" },
      asking: [
        {
          _ = try RequestSubscription(newsletterID: id, content: content, emailClaim: "claim", tokenHash: "hash", source: nil)
            .decide(in: &$0)
        },
        {
          _ = try EnrolSubscriber(
            newsletterID: id, content: content, emailClaim: "claim", tokenHash: "hash", source: nil, renews: true
          ).decide(in: &$0)
        },
        { _ = try ConfirmSubscription(newsletterID: id).decide(in: &$0) },
        { _ = try Unsubscribe(newsletterID: id, reason: .form).decide(in: &$0) },
        { try $0.recordBounce(.hard, of: id) }, { try $0.recordBounce(.soft, of: id) },
        { session in try session.record(forgetBounces(id, session.load(Subscriber.self, id)), on: Subscriber.self, id) },
        { _ = try DeleteSubscriber(newsletterID: id).decide(in: &$0) },
      ])
  }

  private static func name(_ state: State) -> String {
    switch state.existence {
    case .missing: "none"
    case .deleted: "deleted"
    case .present: state.status.rawValue
    }
  }
}
