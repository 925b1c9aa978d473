import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

@Suite struct SubscriberTests {
  let id = NewsletterID(1_000)
  let content = SubscriberContent(email: "zoe@example.org", name: "Zoé")

  private var request: RequestSubscription {
    RequestSubscription(
      newsletterID: id, content: content, emailClaim: "newsletter-email:1", tokenHash: "hash", source: "website",
      confirmWithin: .seconds(100))
  }

  private func enrol(renews: Bool = false) -> EnrolSubscriber {
    EnrolSubscriber(
      newsletterID: id, content: content, emailClaim: "newsletter-email:1", tokenHash: "hash", source: "api", renews: renews)
  }

  private func status(_ scenario: Scenario) async throws -> SubscriberStatus { try await scenario.state(of: Subscriber.self, id).status }

  @Test func `an address is subscribed once its owner has confirmed`() async throws {
    let result = try await Scenario().when(request)
    let start = result.and.log.now
    try await result.then(
      .subscriptionRequested(
        SubscriptionRequested(
          newsletterID: id, isNew: true, emailClaim: "newsletter-email:1", tokenHash: "hash", source: "website",
          confirmBy: start + .seconds(100), personal: content)), on: Subscriber.self, id
    ).andNothingElse().thenClaim("newsletter-email:1", by: Subscriber.stream(id)).thenClaim(
      "newsletter-token:hash", by: Subscriber.stream(id))
    #expect(!String(decoding: result.recorded[0].payload, as: UTF8.self).contains("@"))
    try await result.and.when(request).thenNothing()
    let confirmed = SubscriptionConfirmed(newsletterID: id, source: "website", personal: SubscriberEmail(email: "zoe@example.org"))
    try await result.and.when(ConfirmSubscription(newsletterID: id)).then(.subscriptionConfirmed(confirmed), on: Subscriber.self, id)
    try await result.and.when(ConfirmSubscription(newsletterID: id)).thenNothing()
    try await result.and.when(request).thenRejected(SubscriberRejection.alreadySubscribed(id))
  }

  @Test func `a link that is too old confirms nothing, and another may be asked for`() async throws {
    let scenario = try await Scenario().given(request).later(by: .seconds(100))
    try await scenario.when(ConfirmSubscription(newsletterID: id)).thenRejected(SubscriberRejection.expired(id))
    _ = try await scenario.given(request).given(ConfirmSubscription(newsletterID: id))
    #expect(try await status(scenario) == .subscribed)
    try await scenario.when(ConfirmSubscription(newsletterID: NewsletterID(9)))
      .thenRejected(SubscriberRejection.notFound(NewsletterID(9)))
  }

  @Test func `who has left comes back by asking, not by confirming`() async throws {
    let scenario = try await Scenario().given(enrol()).given(Unsubscribe(newsletterID: id, reason: .link))
    #expect(try await status(scenario) == .unsubscribed)
    try await scenario.when(Unsubscribe(newsletterID: id, reason: .link)).thenNothing()
    try await scenario.when(ConfirmSubscription(newsletterID: id))
      .thenRejected(SubscriberRejection.wrongStatus(id, current: .unsubscribed))
    try await scenario.when(enrol()).thenNothing()
    let renewed = SubscriptionRenewed(newsletterID: id, source: "website", personal: SubscriberEmail(email: "zoe@example.org"))
    try await scenario.when(request).then(.subscriptionRenewed(renewed), on: Subscriber.self, id).andNothingElse()
  }

  @Test func `an enrolment asks nobody, and renews only where it is told to`() async throws {
    let scenario = try await Scenario().given(request).given(enrol())
    #expect(try await status(scenario) == .subscribed)
    try await scenario.when(enrol()).thenNothing()
    _ = try await scenario.given(Unsubscribe(newsletterID: id, reason: .staff)).given(enrol(renews: true))
    #expect(try await status(scenario) == .subscribed)
  }

  @Test func `a deleted subscriber keeps his address and comes back by asking`() async throws {
    let scenario = try await Scenario().given(enrol()).when(DeleteSubscriber(newsletterID: id))
      .thenClaim("newsletter-email:1", by: Subscriber.stream(id)).and
    try await scenario.when(DeleteSubscriber(newsletterID: id)).thenNothing()
    try await scenario.when(Unsubscribe(newsletterID: id, reason: .link)).thenRejected(SubscriberRejection.notFound(id))
    _ = try await scenario.given(request)
    #expect(try await status(scenario) == .pending)
    #expect(try await scenario.state(of: Subscriber.self, id).existence == .present)
  }

  @Test func `staff changes what a subscriber says and whether he is subscribed`() async throws {
    let scenario = try await Scenario().given(enrol())
    try await scenario.when(ChangeSubscriber(newsletterID: id, emailClaim: "newsletter-email:2") { $0.email = "new@example.org" })
      .thenClaim("newsletter-email:2", by: Subscriber.stream(id)).thenClaim("newsletter-email:1", by: nil)
    _ = try await scenario.given(ChangeSubscriber(newsletterID: id, isSubscribed: false) { _ in })
    #expect(try await status(scenario) == .unsubscribed)
    _ = try await scenario.given(ChangeSubscriber(newsletterID: id, isSubscribed: true) { _ in })
    #expect(try await status(scenario) == .subscribed)
    try await scenario.when(ChangeSubscriber(newsletterID: id, isSubscribed: true) { _ in }).thenNothing()
    try await scenario.when(ChangeSubscriber(newsletterID: id) { $0.phone = String(repeating: "1", count: 21) })
      .thenRejected(SubscriberRejection.invalid(FieldError("phone", .tooLong(maximum: 20))))
  }
}
