import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

@Suite struct CampaignTests {
  let id = CampaignID(1_000)
  let content = CampaignContent(name: "Spring", subject: "Hello", content: "<p>Spring &amp; <b>flowers</b></p><p>Bye</p>")
  let readers = [NewsletterID(1), NewsletterID(2), NewsletterID(3)]

  private var draft: DraftCampaign { DraftCampaign(campaignID: id, content: content, createdBy: UserID(3)) }

  private func key(_ number: Int64) -> DeliveryKey { DeliveryKey(id, NewsletterID(number)) }

  /// The same, being sent.
  private func sending() async throws -> Scenario { try await prepared().given(StartCampaign(campaignID: id)) }

  /// A draft with mails to three subscribers.
  private func prepared() async throws -> Scenario {
    var scenario = try await Scenario().given(draft)
    for reader in readers {
      scenario = try await scenario.given(
        EnrolSubscriber(
          newsletterID: reader, content: .init(email: "\(reader)@example.org"), emailClaim: "newsletter-email:\(reader)",
          tokenHash: "hash-\(reader)", source: nil))
    }
    return try await scenario.given(PrepareMails(campaignID: id, newsletterIDs: readers, firstDelivery: CampaignDeliveryID(50)))
  }

  private func totals(_ scenario: Scenario) async throws -> CampaignTotals { try await scenario.state(of: Campaign.self, id).totals }
  private func status(_ scenario: Scenario) async throws -> CampaignStatus { try await scenario.state(of: Campaign.self, id).status }

  @Test func `a draft has a plain text of its own when none is given`() async throws {
    #expect(content.plainText == "Spring & flowers\nBye")
    let scenario = try await Scenario().when(draft)
      .then(.campaignDrafted(CampaignDrafted(campaignID: id, createdBy: UserID(3), content: content)), on: Campaign.self, id).and
    try await scenario.when(draft).thenNothing()
    let cases: [(String, FieldError.Reason, (inout CampaignContent) -> Void)] = [
      ("name", .blank, { $0.name = "" }), ("subject", .tooLong(maximum: 255), { $0.subject = String(repeating: "x", count: 256) }),
      ("subject", .malformed, { $0.subject = "a\nBcc: b" }), ("content", .blank, { $0.content = "" }),
      ("email_template_id", .unknown, { $0.templateID = EmailTemplateID(9) }),
      ("targeting_criteria", .outOfRange(minimum: 0, maximum: 36_500), { $0.targeting = .init(minimumSubscribedDays: -1) }),
    ]
    for (field, reason, change) in cases {
      var command = DraftCampaign(campaignID: CampaignID(2), content: content, createdBy: nil)
      change(&command.content)
      try await Scenario().when(command).thenRejected(CampaignRejection.invalid(FieldError(field, reason)))
    }
  }

  @Test(arguments: CampaignStatus.allCases, CampaignAction.allCases)
  func `each status allows what the page says`(status: CampaignStatus, action: CampaignAction) async throws {
    var scenario = try await sending()
    switch status {
    case .sending: break
    case .sent: for number: Int64 in 1...3 { scenario = try await scenario.given(ReportMail(key(number), .sent)) }
    case .failed: for number: Int64 in 1...3 { scenario = try await scenario.given(ReportMail(key(number), .failed(reason: nil))) }
    case .cancelled: scenario = try await scenario.given(CancelCampaign(campaignID: id))
    case .draft: scenario = try await prepared()
    case .scheduled:
      scenario = try await prepared()
      scenario = try await scenario.given(
        ScheduleCampaign(campaignID: id, scheduledAt: scenario.log.now + .seconds(60), recipients: 3))
    }
    #expect(try await self.status(scenario) == status)
    let rejection: (any Rejection)? =
      switch action {
      case .change: try await scenario.when(ChangeCampaign(campaignID: id) { $0.name = "Other" }).rejection
      case .schedule:
        try await scenario.when(ScheduleCampaign(campaignID: id, scheduledAt: scenario.log.now + .seconds(90), recipients: 3)).rejection
      case .send: try await scenario.when(StartCampaign(campaignID: id)).rejection
      case .cancel: try await scenario.when(CancelCampaign(campaignID: id)).rejection
      case .delete: try await scenario.when(DeleteCampaign(campaignID: id)).rejection
      }
    // Cancelling twice is no mistake.
    if status.allowed.contains(action) || (status == .cancelled && action == .cancel) {
      #expect(rejection == nil)
    } else {
      #expect(rejection as? CampaignRejection == .wrongStatus(action, current: status))
    }
  }

  @Test func `a campaign is planned for later, and sent to somebody`() async throws {
    let scenario = try await Scenario().given(draft)
    let now = scenario.log.now
    let late = try await scenario.when(ScheduleCampaign(campaignID: id, scheduledAt: now, recipients: 1)).rejection
    #expect(late is CampaignRejection)
    try await scenario.when(StartCampaign(campaignID: id)).thenRejected(CampaignRejection.noRecipients(id))
    try await scenario.when(StartCampaign(campaignID: CampaignID(9)))
      .thenRejected(CampaignRejection.notFound(CampaignID(9)))
    let plan = ScheduleCampaign(campaignID: id, scheduledAt: now + .seconds(60), recipients: 7)
    try await scenario.when(plan).then(
      .campaignScheduled(
        CampaignScheduled(campaignID: id, name: "Spring", campaignType: .newsletter, scheduledAt: now + .seconds(60), recipients: 7)),
      on: Campaign.self, id)
    try await scenario.when(plan).thenNothing()
  }

  @Test func `each recipient has one mail, however often mails are prepared`() async throws {
    let scenario = try await prepared()
    let again = PrepareMails(campaignID: id, newsletterIDs: readers, firstDelivery: CampaignDeliveryID(90))
    try await scenario.when(again).thenNothing()
    #expect(try await totals(scenario).recipients == 3)
    try await sending().when(again).thenRejected(CampaignRejection.wrongStatus(.send, current: .sending))
    #expect(try await scenario.state(of: CampaignDelivery.self, key(2)).row?.id == CampaignDeliveryID(51))
  }

  @Test func `reports count once, openings and clicks apart`() async throws {
    var scenario = try await sending()
    for report: MailReport in [
      .sent, .sent, .opened(userAgent: "x", ipAddress: nil), .delivered, .opened(userAgent: nil, ipAddress: nil),
      .clicked(url: "https://a.example", linkText: nil, userAgent: nil, ipAddress: nil), .opened(userAgent: nil, ipAddress: nil),
      .clicked(url: "https://b.example", linkText: nil, userAgent: nil, ipAddress: nil), .bounced(.hard, reason: nil), .unsubscribed,
      .unsubscribed,
    ] { scenario = try await scenario.given(ReportMail(key(1), report)) }
    let mail = try await scenario.state(of: CampaignDelivery.self, key(1))
    #expect(mail.status == .clicked)
    #expect(mail.openCount == 3)
    #expect(mail.clickCount == 2)
    #expect(mail.clicks.map(\.url) == ["https://a.example", "https://b.example"])
    let counted = try await totals(scenario)
    #expect(counted == CampaignTotals(recipients: 3, sent: 1, delivered: 1, opened: 1, clicked: 1, bounced: 0, unsubscribed: 1, failed: 0))
  }

  @Test func `what was not sent is not opened, and what came back is not read`() async throws {
    let scenario = try await sending()
    try await scenario.when(ReportMail(key(1), .opened(userAgent: nil, ipAddress: nil))).thenRejected(CampaignRejection.noSuchMail)
    try await scenario.when(ReportMail(key(9), .sent)).thenRejected(CampaignRejection.noSuchMail)
    _ = try await scenario.given(ReportMail(key(1), .sent)).given(ReportMail(key(1), .bounced(.soft, reason: "full")))
    try await scenario.when(ReportMail(key(1), .opened(userAgent: nil, ipAddress: nil))).thenNothing()
    try await scenario.when(ReportMail(key(1), .bounced(.hard, reason: nil))).thenNothing()
    #expect(try await scenario.state(of: Subscriber.self, 1).bounceCount == 1)
  }

  @Test func `a campaign is sent when nobody is left, and failed when nobody got it`() async throws {
    var scenario = try await sending()
    for number: Int64 in 1...2 { scenario = try await scenario.given(ReportMail(key(number), .sent)) }
    #expect(try await status(scenario) == .sending)
    let last = try await scenario.when(ReportMail(key(3), .failed(reason: "refused")))
    let counted = CampaignTotals(recipients: 3, sent: 2, failed: 1)
    try await last.then(
      .campaignCounted(CampaignCounted(campaignID: id, totals: counted)),
      .campaignSent(CampaignSent(campaignID: id, name: "Spring", recipients: 3, sent: 2, failed: 1)), on: Campaign.self, id)
    var other = try await sending()
    for number: Int64 in 1...3 { other = try await other.given(ReportMail(key(number), .failed(reason: nil))) }
    #expect(try await status(other) == .failed)
  }

  @Test func `a cancelled campaign takes back what was not sent, and sends nothing more`() async throws {
    let scenario = try await sending().given(ReportMail(key(1), .sent)).given(CancelCampaign(campaignID: id))
    let withdrawn = try await scenario.when(WithdrawMails(campaignID: id, newsletterIDs: readers))
    #expect(withdrawn.answer == Affected(count: 2))
    try await scenario.when(WithdrawMails(campaignID: id, newsletterIDs: readers)).thenNothing()
    try await scenario.when(ReportMail(key(2), .sent)).thenRejected(CampaignRejection.noSuchMail)
    _ = try await scenario.given(ReportMail(key(1), .opened(userAgent: nil, ipAddress: nil)))
    #expect(try await totals(scenario).opened == 1)
  }

  @Test func `a mail is marked for one sender, and uncertain once another finds the mark`() async throws {
    var scenario = try await sending()
    let marked = try await scenario.when(MarkMail(key(1), sender: "a"))
    #expect(marked.answer == MailMark(isOurs: true))
    scenario = marked.and
    try await scenario.when(MarkMail(key(1), sender: "a")).thenNothing()
    let row = MailRow(id: CampaignDeliveryID(50), campaignID: id, newsletterID: NewsletterID(1))
    let found = try await scenario.when(MarkMail(key(1), sender: "b"))
    #expect(found.answer == MailMark(isOurs: false))
    try await found.then(
      .mailUncertain(MailUncertain(row: row, reason: "its sender ended while it had it")), on: CampaignDelivery.self, key(1))
    #expect(try await totals(found.and).failed == 1)
    // It was taken after all.
    scenario = try await found.and.given(ReportMail(key(1), .sent))
    #expect(try await totals(scenario) == CampaignTotals(recipients: 3, sent: 1))
    #expect(try await scenario.state(of: CampaignDelivery.self, key(1)).status == .sent)
    try await scenario.when(MarkMail(key(1), sender: "b")).thenNothing()
  }

  @Test func `a mail is put off three times by its server, and by an absent one as often as need be`() async throws {
    var scenario = try await sending()
    for _ in 1...5 {
      scenario = try await scenario.given(MarkMail(key(1), sender: "a")).given(ReportMail(key(1), .putOff(reason: "x", byServer: false)))
    }
    for deferrals in 1...3 {
      scenario = try await scenario.given(MarkMail(key(1), sender: "a")).given(ReportMail(key(1), .putOff(reason: "451", byServer: true)))
      let mail = try await scenario.state(of: CampaignDelivery.self, key(1))
      #expect(mail.status == (deferrals < 3 ? .pending : .failed))
      #expect(mail.sender.isEmpty)
    }
    #expect(try await totals(scenario).failed == 1)
    try await scenario.when(ReportMail(key(2), .putOff(reason: "451", byServer: true))).thenNothing()
  }

  @Test func `an address that the server refuses counts as sent and come back`() async throws {
    let scenario = try await sending().given(MarkMail(key(1), sender: "a")).given(ReportMail(key(1), .bounced(.hard, reason: "550")))
    #expect(try await scenario.state(of: CampaignDelivery.self, key(1)).status == .bounced)
    #expect(try await scenario.state(of: Subscriber.self, 1).hardBounceCount == 1)
    #expect(try await totals(scenario) == CampaignTotals(recipients: 3, sent: 1, bounced: 1))
    // Without a mark it cannot have been refused.
    try await scenario.when(ReportMail(key(2), .bounced(.hard, reason: "550"))).thenRejected(CampaignRejection.noSuchMail)
  }

  @Test func `nothing is marked for who has left, nor of a cancelled campaign; what was marked then is still told of`() async throws {
    var scenario = try await sending().given(Unsubscribe(newsletterID: NewsletterID(1), reason: .link))
    scenario = try await scenario.given(MarkMail(key(1), sender: "a"))
    #expect(try await scenario.state(of: CampaignDelivery.self, key(1)).status == .failed)
    scenario = try await scenario.given(MarkMail(key(2), sender: "a")).given(CancelCampaign(campaignID: id))
    #expect(try await scenario.when(WithdrawMails(campaignID: id, newsletterIDs: readers)).answer == Affected(count: 1))
    let row = MailRow(id: CampaignDeliveryID(51), campaignID: id, newsletterID: NewsletterID(2))
    let putOff = try await scenario.when(ReportMail(key(2), .putOff(reason: "451", byServer: true)))
    try await putOff.then(
      .mailPutOff(MailPutOff(row: row, deferrals: 1, reason: "451")), .mailWithdrawn(MailWithdrawn(row: row)), on: CampaignDelivery.self,
      key(2))
    let other = try await sending().given(MarkMail(key(3), sender: "a")).given(CancelCampaign(campaignID: id))
    _ = try await other.given(ReportMail(key(3), .sent))
    #expect(try await totals(other).sent == 1)
    try await other.when(MarkMail(key(1), sender: "a"))
      .then(
        .mailWithdrawn(
          MailWithdrawn(row: MailRow(id: CampaignDeliveryID(50), campaignID: id, newsletterID: NewsletterID(1)))),
        on: CampaignDelivery.self, key(1))
  }

  @Test func `a test goes to one to ten addresses`() async throws {
    let scenario = try await Scenario().given(draft)
    func test(_ emails: [String], of campaign: CampaignID? = nil) -> TestCampaign {
      TestCampaign(campaignID: campaign ?? id, emails: emails, requestedBy: UserID(3))
    }
    try await scenario.when(test([])).thenRejected(CampaignRejection.invalid(FieldError("emails", .blank)))
    try await scenario.when(test(["nobody"])).thenRejected(CampaignRejection.invalid(FieldError("emails", .malformed)))
    try await scenario.when(test(Array(repeating: "a@b.fr", count: 11)))
      .thenRejected(CampaignRejection.invalid(FieldError("emails", .tooLong(maximum: 10))))
    try await scenario.when(test(["a@b.fr"], of: CampaignID(9))).thenRejected(CampaignRejection.notFound(CampaignID(9)))
    try await scenario.when(test(["a@b.fr"])).then(
      .campaignTestRequested(
        CampaignTestRequested(campaignID: id, requestedBy: UserID(3), addressCount: 1, personal: TestAddresses(emails: ["a@b.fr"]))),
      on: Campaign.self, id)
  }

  @Test func `the clock starts a planned campaign once, and ends one that nobody is left for`() async throws {
    let scenario = try await Scenario().given(draft)
    let plan = scenario.log.now + .seconds(60)
    _ = try await scenario.given(ScheduleCampaign(campaignID: id, scheduledAt: plan, recipients: 1))
    let timer = try #require(scenario.log.timers["start_campaign-\(id)"])
    func due(at moment: Timestamp) -> FireCampaignTimer {
      FireCampaignTimer(
        campaignID: id, timer: DueTimer(name: "start_campaign-\(id)", dueAt: moment, payload: timer.payload, setting: timer.setting))
    }
    try await scenario.when(due(at: plan + .seconds(1))).thenNothing()
    try await scenario.when(due(at: plan)).then(
      .campaignSendingStarted(CampaignSendingStarted(campaignID: id, recipients: 0)), .campaignFailed(CampaignFailed(campaignID: id)),
      on: Campaign.self, id)
    #expect(scenario.log.timers.isEmpty)
    try await scenario.when(due(at: plan)).thenNothing()
  }

  @Test func `the third bounce for good ends a subscription, a complaint at once`() async throws {
    var scenario = try await sending()
    for number: Int64 in 1...3 {
      let campaign = CampaignID(2_000 + number)
      let key = DeliveryKey(campaign, NewsletterID(1))
      scenario = try await scenario.given(DraftCampaign(campaignID: campaign, content: content, createdBy: nil))
        .given(
          PrepareMails(
            campaignID: campaign, newsletterIDs: [NewsletterID(1), NewsletterID(3)], firstDelivery: CampaignDeliveryID(70 + 2 * number))
        )
        .given(StartCampaign(campaignID: campaign))
        .given(ReportMail(key, .sent)).given(ReportMail(key, .bounced(.hard, reason: nil)))
      let subscriber = try await scenario.state(of: Subscriber.self, 1)
      #expect(subscriber.status == (number < 3 ? .subscribed : .bounced))
      #expect(subscriber.bounceCount == number)
    }
    scenario = try await scenario.given(ReportMail(key(2), .sent)).given(ReportComplaint(key(2)))
    #expect(try await scenario.state(of: Subscriber.self, 2).status == .unsubscribed)
    #expect(try await totals(scenario).unsubscribed == 1)
    try await scenario.when(ReportComplaint(key(2))).thenNothing()
    try await scenario.when(ReportComplaint(key(9))).thenRejected(CampaignRejection.noSuchMail)
  }

  @Test func `a duplicate is a new draft`() async throws {
    let scenario = try await sending()
    _ = try await scenario.given(DuplicateCampaign(sourceID: id, campaignID: CampaignID(2), createdBy: nil))
    let copy = try await scenario.state(of: Campaign.self, 2)
    #expect(copy.status == .draft)
    #expect(copy.content?.name == "Spring (copy)")
    try await scenario.when(DuplicateCampaign(sourceID: CampaignID(9), campaignID: CampaignID(3), createdBy: nil))
      .thenRejected(CampaignRejection.notFound(CampaignID(9)))
  }
}
