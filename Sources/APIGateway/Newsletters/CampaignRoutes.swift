import Aggregates
import EventSourcing
import HTTPTypes
import JSON
import Postgres
import ProcessManagers

/// Campaigns: drafts, plans, and what becomes of them.
enum CampaignRoutes {
  /// How many mails one command is about.
  private static let step = 500

  static let routes: [Route] = [
    .list(
      "/campaigns", "campaigns", "Campaigns, newest first", in: NoInput.self, access: NewsletterAccess.campaigns,
      from: { $0.reads.newsletters }, NewsletterResources.campaigns
    ) { _, _ in [] },
    .row(
      "/campaigns/{id}", "campaign", "A campaign", in: IDInput<CampaignID>.self, access: NewsletterAccess.campaigns,
      from: { $0.reads.newsletters }, NewsletterResources.oneCampaign
    ) { input, _ in [.int64(input.id.rawValue)] },
    Route(
      .post, "/campaigns", "draftCampaign", "Makes a draft, with its own content or that of a template", in: NewCampaign.self,
      out: Schema.reference.asData, status: 201, access: NewsletterAccess.campaigns, idempotency: .optional, problems: [.unknownReference],
      handler: draft),
    Route(
      .put, "/campaigns/{id}", "replaceCampaign", "Changes a draft", in: CampaignChange.self, out: Schema.reference.asData,
      access: NewsletterAccess.campaigns, idempotency: .none, precondition: .ifMatch, problems: [.stateConflict], handler: change),
    Route(
      .patch, "/campaigns/{id}", "changeCampaign", "Changes fields of a draft", in: CampaignChange.self, out: Schema.reference.asData,
      access: NewsletterAccess.campaigns, idempotency: .none, precondition: .ifMatch, problems: [.stateConflict], handler: change),
    Route(
      .delete, "/campaigns/{id}", "deleteCampaign", "Deletes a draft or a cancelled campaign", in: IDInput<CampaignID>.self, out: nil,
      status: 204, access: NewsletterAccess.campaigns, idempotency: .none, precondition: .ifMatch, problems: [.stateConflict]
    ) { input, call in
      let outcome = try await call.execute(DeleteCampaign(campaignID: input.id), ifMatch: Campaign.self, input.id)
      try await withdraw(input.id, call)
      return .command(outcome)
    },
    Route(
      .post, "/campaigns/{id}/schedule", "scheduleCampaign", "Plans when a draft is sent", in: ScheduleInput.self,
      out: Schema.reference.asData, access: NewsletterAccess.campaigns, idempotency: .optional, problems: [.stateConflict]
    ) { input, call in
      let recipients = try await CampaignAudience.of(input.id, call).ids(call).count
      let command = ScheduleCampaign(campaignID: input.id, scheduledAt: input.scheduledAt, recipients: Int64(recipients))
      return .reference(try await call.execute(command), input.id)
    },
    Route(
      .post, "/campaigns/{id}/send", "sendCampaign", "Prepares a mail to each recipient and begins to send them",
      in: IDInput<CampaignID>.self, out: Schema.reference.asData, access: NewsletterAccess.campaigns, idempotency: .optional,
      problems: [.stateConflict, .ruleViolated], handler: send),
    Route(
      .post, "/campaigns/{id}/cancel", "cancelCampaign", "Stops a campaign; what was not sent is not sent",
      in: IDInput<CampaignID>.self, out: Schema.reference.asData, access: NewsletterAccess.campaigns, idempotency: .optional,
      problems: [.stateConflict]
    ) { input, call in
      let outcome = try await call.execute(CancelCampaign(campaignID: input.id))
      try await withdraw(input.id, call)
      return .reference(outcome, input.id)
    },
    Route(
      .post, "/campaigns/{id}/test-send", "testCampaign", "Sends a campaign as it is to a few addresses, uncounted", in: TestSendInput.self,
      out: tested.asData, status: 202, access: NewsletterAccess.campaigns, idempotency: .optional, problems: []
    ) { input, call in
      let command = TestCampaign(campaignID: input.id, emails: input.emails, requestedBy: call.user.userID)
      return .command(try await call.execute(command)) { $0.field("addresses", input.emails.count) }
    },
    Route(
      .post, "/campaigns/{id}/duplicate", "duplicateCampaign", "Makes a draft of a campaign", in: IDInput<CampaignID>.self,
      out: Schema.reference.asData, status: 201, access: NewsletterAccess.campaigns, idempotency: .optional, problems: []
    ) { input, call in
      let id = CampaignID(try await call.nextID("campaign"))
      let outcome = try await call.execute(DuplicateCampaign(sourceID: input.id, campaignID: id, createdBy: call.user.userID))
      let made = outcome.answer?.id ?? id
      return .reference(outcome, made, location: location(made))
    },
    .row(
      "/campaigns/{id}/stats", "campaignStatistics", "Totals and rates of a campaign", in: IDInput<CampaignID>.self,
      access: NewsletterAccess.campaigns, from: { $0.reads.newsletters }, NewsletterFigures.ofCampaign
    ) { input, _ in [.int64(input.id.rawValue)] }.cached { $0.reads.newsletters },
    .row(
      "/campaigns/{id}/analytics", "campaignAnalytics", "Totals, rates, days and links of a campaign", in: IDInput<CampaignID>.self,
      access: NewsletterAccess.campaigns, from: { $0.reads.newsletters }, NewsletterFigures.analyticsOfCampaign
    ) { input, _ in [.int64(input.id.rawValue)] },
    .list(
      "/campaigns/{id}/recipients", "campaignRecipients", "The mails of a campaign, newest first", in: IDInput<CampaignID>.self,
      access: NewsletterAccess.campaigns, from: { $0.reads.newsletters }, NewsletterResources.mails
    ) { input, _ in [.int64(input.id.rawValue)] },
  ]

  private static let tested = Schema.object("CampaignTest", ["addresses": .integer])

  private static func location(_ id: CampaignID) -> String { "/api/v1/newsletters/campaigns/\(id)" }

  /// `$1` bigint: the template. Its subject, HTML and plain text; null when there is none such in use.
  private static let templateContent = PostgresStatement(
    "newsletters.template_content",
    """
    select here.position, t.subject, t.html_content, t.plain_content from (select \(ReadSide.positionSQL) as position) here
    left join email_templates t on t.id = $1 and t.deleted_at is null and t.is_active
    """)

  @Sendable private static func draft(_ input: NewCampaign, _ call: Call) async throws -> Reply {
    var (subject, html, plain) = (input.subject, input.content, input.plainText)
    if let template = input.templateID {
      let (result, _) = try await call.services.reads.newsletters.query(templateContent, [.int64(template.rawValue)], call)
      guard let templateSubject = try result[0].optionalString(1) else { throw Problem.field("/email_template_id", .unknownReference) }
      subject = subject ?? templateSubject
      if html == nil { plain = try plain ?? result[0].optionalString(3) }
      html = try html ?? result[0].string(2)
    }
    let id = CampaignID(try await call.nextID("campaign"))
    let content = CampaignContent(
      name: input.name, subject: subject ?? "", content: html ?? "", plainText: plain, type: input.type, targeting: input.targeting,
      templateID: input.templateID, notes: input.notes)
    let outcome = try await call.execute(DraftCampaign(campaignID: id, content: content, createdBy: call.user.userID))
    let made = outcome.answer?.id ?? id
    return .reference(outcome, made, location: location(made))
  }

  @Sendable private static func change(_ input: CampaignChange, _ call: Call) async throws -> Reply {
    let command = ChangeCampaign(campaignID: input.id) { input.apply(to: &$0) }
    return .reference(try await call.execute(command, ifMatch: Campaign.self, input.id), input.id)
  }

  /// Mails are prepared in steps before the campaign is started, so whoever is interrupted sends the request again.
  @Sendable private static func send(_ input: IDInput<CampaignID>, _ call: Call) async throws -> Reply {
    for chunk in try await CampaignAudience.of(input.id, call).ids(call).chunks(of: step) {
      let first = CampaignDeliveryID(try await call.nextID("newsletter_campaign", count: chunk.count))
      _ = try await call.executeStep(PrepareMails(campaignID: input.id, newsletterIDs: chunk, firstDelivery: first))
    }
    return .reference(try await call.execute(StartCampaign(campaignID: input.id)), input.id)
  }

  private static func withdraw(_ id: CampaignID, _ call: Call) async throws {
    for chunk in try await CampaignAudience.pending(id, call).chunks(of: step) {
      _ = try await call.executeStep(WithdrawMails(campaignID: id, newsletterIDs: chunk))
    }
  }
}
