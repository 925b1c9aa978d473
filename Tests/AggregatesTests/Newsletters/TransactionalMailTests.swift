import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

@Suite struct TransactionalMailTests {
  private let key = MailKey(cause: StreamName(rawValue: "order-1000"), version: 3, template: "order-confirmation")
  private var timer: String { "mail-\(key)" }

  private func marked(_ attempt: Int = 1, by sender: String = "one") -> TransactionalMailEvent {
    .marked(TransactionalMailMarked(mail: key, attempt: attempt, sender: sender))
  }

  private func mark(_ sender: String = "one") -> MarkTransactionalMail { MarkTransactionalMail(key, sender: sender) }
  private func settle(_ outcome: MailOutcome) -> SettleTransactionalMail { SettleTransactionalMail(key, outcome) }

  @Test func `a mail is marked, sent, and never again`() async throws {
    var scenario = try await Scenario().when(mark()).then(marked(), on: TransactionalMail.self, key)
    scenario = try await scenario.and.when(mark()).thenNothing().and.when(settle(.sent))
      .then(.sent(TransactionalMailSent(mail: key)), on: TransactionalMail.self, key)
    for sender in ["one", "two"] { scenario = try await scenario.and.when(mark(sender)).thenNothing() }
    for outcome in [MailOutcome.sent, .refused(reason: "x"), .putOff(reason: "x"), .uncertain(reason: "x"), .omitted(reason: "x")] {
      scenario = try await scenario.and.when(settle(outcome)).thenNothing()
    }
  }

  @Test func `a mail that somebody else left marked is uncertain, is not marked again, and may turn out to have been sent`() async throws {
    let uncertain = TransactionalMailUncertain(mail: key, reason: "its sender ended while it had it")
    var scenario = try await Scenario().given(mark()).when(mark("two")).then(.uncertain(uncertain), on: TransactionalMail.self, key)
    for sender in ["one", "two", "three"] { scenario = try await scenario.and.when(mark(sender)).thenNothing() }
    for outcome in [MailOutcome.refused(reason: "x"), .putOff(reason: "x"), .uncertain(reason: "x"), .omitted(reason: "x")] {
      scenario = try await scenario.and.when(settle(outcome)).thenNothing()
    }
    try await scenario.and.when(settle(.sent)).then(.sent(TransactionalMailSent(mail: key)), on: TransactionalMail.self, key)
  }

  @Test func `a mail that is put off comes again after growing pauses, and is given up after the last`() async throws {
    var scenario = Scenario()
    for (index, pause) in TransactionalMail.pauses.enumerated() {
      let attempt = index + 1
      scenario = try await scenario.when(mark("run \(attempt)")).then(
        marked(attempt, by: "run \(attempt)"), on: TransactionalMail.self, key
      )
      .and
      let due = InMemoryEventLog.defaultStart + pause
      let putOff = TransactionalMailPutOff(mail: key, attempt: attempt, reason: "451", retryAt: due)
      scenario = try await scenario.when(settle(.putOff(reason: "451"))).then(.putOff(putOff), on: TransactionalMail.self, key)
        .thenTimer(timer, at: due).and
    }
    scenario = try await scenario.when(mark()).thenTimer(timer, at: nil).and
    try await scenario.when(settle(.putOff(reason: "451")))
      .then(.refused(TransactionalMailRefused(mail: key, reason: "451")), on: TransactionalMail.self, key).thenTimer(timer, at: nil)
  }

  @Test func `a mail to a subscriber that bounces counts on him, and any other on nobody`() async throws {
    let refused = TransactionalMailEvent.refused(TransactionalMailRefused(mail: key, reason: "550 5.1.1"))
    try await Scenario().given(mark()).when(settle(.bounced(.hard, reason: "550 5.1.1"))).then(refused, on: TransactionalMail.self, key)
      .andNothingElse()

    let reader = NewsletterID(7)
    var scenario = try await Scenario().given(
      EnrolSubscriber(
        newsletterID: reader, content: .init(email: "a@example.org"), emailClaim: "newsletter-email:a", tokenHash: "hash", source: nil))
    for count: Int64 in 1...3 {
      let welcome = MailKey(cause: Subscriber.stream(reader), version: count, template: "welcome-email")
      let kind: BounceKind = count == 1 ? .soft : .hard
      scenario = try await scenario.given(MarkTransactionalMail(welcome, sender: "one"))
      let settled = SettleTransactionalMail(welcome, .bounced(kind, reason: "5.1.1"))
      let bounced = SubscriberBounced(
        newsletterID: reader, kind: kind, bounceCount: count, hardBounceCount: count - 1, status: .subscribed)
      scenario = try await scenario.when(settled)
        .then(.refused(TransactionalMailRefused(mail: welcome, reason: "5.1.1")), on: TransactionalMail.self, welcome)
        .then(.subscriberBounced(bounced), on: Subscriber.self, reader)
        .thenTimer("newsletters-bounces-newsletter-7", at: InMemoryEventLog.defaultStart + .seconds(180 * 86_400)).and
      // Settled once.
      scenario = try await scenario.when(settled).thenNothing().and
    }
  }

  @Test func `a mail that nobody can get is left out for good, also while it waits`() async throws {
    let omitted = TransactionalMailEvent.omitted(TransactionalMailOmitted(mail: key, reason: "nobody"))
    try await Scenario().when(settle(.omitted(reason: "nobody"))).then(omitted, on: TransactionalMail.self, key)
      .and.when(mark()).thenNothing()
    try await Scenario().given(mark()).given(settle(.putOff(reason: "x"))).when(settle(.omitted(reason: "nobody")))
      .then(omitted, on: TransactionalMail.self, key).thenTimer(timer, at: nil)
  }

  @Test func `nothing becomes of a mail that was not marked`() async throws {
    for outcome in [MailOutcome.sent, .refused(reason: "x"), .putOff(reason: "x"), .uncertain(reason: "x")] {
      try await Scenario().when(settle(outcome)).thenNothing()
    }
  }

  @Test func `each event reads back as it was written`() throws {
    let events: [TransactionalMailEvent] = [
      marked(2, by: "two"), .sent(TransactionalMailSent(mail: key)),
      .putOff(TransactionalMailPutOff(mail: key, attempt: 2, reason: "451", retryAt: Timestamp(microseconds: 5))),
      .refused(TransactionalMailRefused(mail: key, reason: "550 5.1.1")), .omitted(TransactionalMailOmitted(mail: key, reason: "nobody")),
      .uncertain(TransactionalMailUncertain(mail: key, reason: "x")),
    ]
    for event in events {
      func roundTrip<Payload: EventPayload>(_ payload: Payload) throws { #expect(try Payload(jsonBytes: payload.jsonBytes) == payload) }
      try roundTrip(event.payload)
    }
  }
}
