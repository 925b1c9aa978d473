import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

@Suite struct CampaignImportTests {
  let id = CampaignID.imported(18)
  let content = CampaignContent(name: "Campaign 18", subject: "Coupons", content: "<p>x</p>", type: .promotional)
  let sentAt = Timestamp(microseconds: 1_500_000_000_000_000)
  let reader = NewsletterID.imported(1)

  private var campaign: ImportCampaign { ImportCampaign(campaignID: id, content: content, sentAt: sentAt) }

  private func mails(_ campaign: CampaignID, _ readers: [NewsletterID]) -> ImportMails {
    ImportMails(campaignID: campaign, newsletterIDs: readers, firstDelivery: .imported(180_001), sentAt: sentAt)
  }

  private func withReader() async throws -> Scenario {
    try await Scenario().given(
      ImportSubscriber(
        newsletterID: reader, content: .init(email: "household-1@journey.example"), emailClaim: "newsletter-email:1", tokenHash: "hash",
        source: "journey", subscribedAt: sentAt))
  }

  @Test func `a subscriber was subscribed when the other system says`() async throws {
    let scenario = try await withReader()
    #expect(scenario.log.events.map(\.type) == ["SubscriberEnrolled"])
    #expect(scenario.log.events.map(\.occurredAt) == [sentAt])
  }

  @Test func `an imported campaign was sent at its time, has no more to do, and leaves the lists after a year`() async throws {
    let result = try await Scenario().when(campaign)
      .then(.campaignImported(CampaignImported(campaignID: id, content: content)), on: Campaign.self, id)
      .andNothingElse()
      .thenTimer("newsletters-age-campaign-\(id)", at: InMemoryEventLog.defaultStart + .seconds(365 * 86_400))
    #expect(result.and.log.events.map(\.occurredAt) == [sentAt])
    try await result.and.when(campaign).thenNothing()
    try await result.and.when(StartCampaign(campaignID: id)).thenRejected(CampaignRejection.wrongStatus(.send, current: .sent))
    try await result.and.when(CancelCampaign(campaignID: id)).thenRejected(CampaignRejection.wrongStatus(.cancel, current: .sent))
    var wrong = campaign
    wrong.content.name = ""
    try await Scenario().when(wrong).thenRejected(CampaignRejection.invalid(FieldError("name", .blank)))
  }

  @Test func `its mails count once, however often they are imported`() async throws {
    let scenario = try await withReader().given(campaign)
    let row = MailRow(id: .imported(180_001), campaignID: id, newsletterID: reader)
    var totals = CampaignTotals()
    (totals.recipients, totals.sent) = (1, 1)
    let result = try await scenario.when(mails(id, [reader]))
      .then(.mailImported(MailImported(row: row)), on: CampaignDelivery.self, DeliveryKey(id, reader))
      .then(.campaignCounted(CampaignCounted(campaignID: id, totals: totals)), on: Campaign.self, id)
      .andNothingElse()
    #expect(result.and.log.events.suffix(2).map(\.occurredAt) == [sentAt, sentAt])
    try await result.and.when(mails(id, [reader])).thenNothing()
    // Reports that come later count as those of any mail.
    _ = try await result.and.given(ReportMail(DeliveryKey(id, reader), .delivered))
    #expect(try await result.and.state(of: Campaign.self, id).totals.delivered == 1)
  }

  @Test func `no mails are imported for our own campaigns, or to nobody`() async throws {
    let own = CampaignID(1_000)
    let scenario = try await withReader().given(campaign).given(DraftCampaign(campaignID: own, content: content, createdBy: nil))
    try await scenario.when(mails(own, [reader])).thenRejected(CampaignRejection.wrongStatus(.send, current: .draft))
    try await scenario.when(mails(CampaignID(2), [reader])).thenRejected(CampaignRejection.notFound(CampaignID(2)))
    try await scenario.when(mails(id, [reader, NewsletterID(9)])).thenRejected(SubscriberRejection.notFound(NewsletterID(9)))
  }
}
