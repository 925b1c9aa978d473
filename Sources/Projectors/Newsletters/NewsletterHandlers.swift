import Aggregates
import EventSourcing
import JSON

/// How campaigns and their mails fill their tables.
enum NewsletterHandlers {
  static let campaigns: [EventHandler] = [
    .on(CampaignDrafted.self) { event, facts, rows in
      begin(event.campaignID, event.content, ["status": "draft", "created_by": .id(event.createdBy)], facts, &rows)
    },
    .on(CampaignImported.self) { event, facts, rows in
      begin(event.campaignID, event.content, ["status": "sent", "sent_at": .timestamp(facts.occurredAt)], facts, &rows)
    },
    .on(CampaignChanged.self) { event, facts, rows in set(event.campaignID, columns(event.content), facts, &rows) },
    .on(CampaignScheduled.self) { event, facts, rows in
      set(event.campaignID, ["status": "scheduled", "scheduled_at": .timestamp(event.scheduledAt)], facts, &rows)
    },
    // It leaves no trace in the campaign.
    .ignoring(CampaignTestRequested.self),
    // Each has a row of its own, and the total follows.
    .ignoring(CampaignMailsPrepared.self),
    .on(CampaignSendingStarted.self) { event, facts, rows in
      set(event.campaignID, ["status": "sending"], facts, &rows)
    },
    .on(CampaignCounted.self) { event, facts, rows in set(event.campaignID, columns(event.totals), facts, &rows) },
    .on(CampaignSent.self) { event, facts, rows in
      set(event.campaignID, ["status": "sent", "sent_at": .timestamp(facts.occurredAt)], facts, &rows)
    },
    .on(CampaignFailed.self) { event, facts, rows in set(event.campaignID, ["status": "failed"], facts, &rows) },
    .on(CampaignCancelled.self) { event, facts, rows in set(event.campaignID, ["status": "cancelled"], facts, &rows) },
    .on(CampaignDeleted.self) { event, facts, rows in
      set(event.campaignID, ["deleted_at": .timestamp(facts.occurredAt)], facts, &rows)
    },
  ]

  static let mails: [EventHandler] = [
    .on(MailPrepared.self) { event, facts, rows in begin(event.row, ["status": "pending"], facts, &rows) },
    .on(MailImported.self) { event, facts, rows in
      begin(event.row, ["status": "sent", "sent_at": .timestamp(facts.occurredAt)], facts, &rows)
    },
    // Still to be sent.
    .ignoring(MailMarked.self), .ignoring(MailPutOff.self),
    .on(MailUncertain.self) { event, facts, rows in
      let reason = "uncertain: \(event.reason)"
      set(event.row, ["status": "failed", "failed_at": .timestamp(facts.occurredAt), "failure_reason": .text(reason)], facts, &rows)
    },
    .on(MailSent.self) { event, facts, rows in
      set(event.row, ["status": "sent", "sent_at": .timestamp(facts.occurredAt)], facts, &rows)
    },
    .on(MailDelivered.self) { event, facts, rows in
      set(event.row, ["status": "delivered", "delivered_at": .timestamp(facts.occurredAt)], facts, &rows)
    },
    .on(MailOpened.self) { event, facts, rows in
      var values = columns(event.personal)
      values.append(["status": .name(event.status), "open_count": .int(event.openCount)])
      if event.openCount == 1 { values.append(["opened_at": .timestamp(facts.occurredAt)]) }
      set(event.row, values, facts, &rows)
    },
    .on(MailClicked.self) { event, facts, rows in
      var values = columns(event.personal)
      values.append([
        "status": "clicked", "click_count": .int(event.clickCount), "click_data": .json(event.personal.map { clicks($0.clicks) }),
      ])
      if event.clickCount == 1 { values.append(["clicked_at": .timestamp(facts.occurredAt)]) }
      set(event.row, values, facts, &rows)
    },
    .on(MailBounced.self) { event, facts, rows in
      let reason = event.reason.map { "\(event.kind.rawValue): \($0)" } ?? event.kind.rawValue
      set(
        event.row, ["status": "bounced", "bounced_at": .timestamp(facts.occurredAt), "bounce_reason": .text(reason)], facts, &rows)
    },
    .on(MailFailed.self) { event, facts, rows in
      set(
        event.row, ["status": "failed", "failed_at": .timestamp(facts.occurredAt), "failure_reason": .text(event.reason)], facts, &rows)
    },
    .on(MailWithdrawn.self) { event, _, rows in rows.delete(from: NewsletterTables.mails, .id(event.row.id)) },
    .on(MailTrackingErased.self) { event, facts, rows in
      set(event.row, ["user_agent": nil, "ip_address": nil], facts, &rows)
    },
    // It shows in the campaign's total and on the subscriber.
    .ignoring(MailLedToUnsubscribing.self),
  ]

  /// The row of a campaign that nobody has received yet.
  private static func begin(
    _ id: CampaignID, _ content: CampaignContent, _ state: ColumnValues, _ facts: EventFacts, _ rows: inout RowChanges
  ) {
    var values = columns(content)
    values.append(state)
    values.append(columns(CampaignTotals.zero))
    values.append(["id": .id(id), "created_at": .timestamp(facts.occurredAt), "updated_at": .timestamp(facts.occurredAt)])
    rows.insert(into: NewsletterTables.campaigns, values)
  }

  /// The row of a mail that nobody has opened yet.
  private static func begin(_ mail: MailRow, _ state: ColumnValues, _ facts: EventFacts, _ rows: inout RowChanges) {
    var values: ColumnValues = [
      "id": .id(mail.id), "newsletter_id": .id(mail.newsletterID), "campaign_id": .id(mail.campaignID), "open_count": 0, "click_count": 0,
      "created_at": .timestamp(facts.occurredAt), "updated_at": .timestamp(facts.occurredAt),
    ]
    values.append(state)
    rows.insert(into: NewsletterTables.mails, values)
  }

  private static func set(_ campaign: CampaignID, _ values: ColumnValues, _ facts: EventFacts, _ rows: inout RowChanges) {
    var values = values
    values.append(["updated_at": .timestamp(facts.occurredAt)])
    rows.update(NewsletterTables.campaigns, .id(campaign), set: values)
  }

  private static func set(_ mail: MailRow, _ values: ColumnValues, _ facts: EventFacts, _ rows: inout RowChanges) {
    var values = values
    values.append(["updated_at": .timestamp(facts.occurredAt)])
    rows.update(NewsletterTables.mails, .id(mail.id), set: values)
  }

  private static func columns(_ content: CampaignContent) -> ColumnValues {
    [
      "name": .text(content.name), "subject": .text(content.subject), "content": .text(content.content),
      "plain_text": .text(content.plainText),
      "targeting_criteria": content.targeting.map { criteria in .json(JSONWriter.object { criteria.encode(to: &$0) }) } ?? .null,
      "campaign_type": .name(content.type), "email_template_id": .id(content.templateID), "notes": .text(content.notes),
    ]
  }

  private static func columns(_ totals: CampaignTotals) -> ColumnValues {
    [
      "total_recipients": .int(totals.recipients), "total_sent": .int(totals.sent), "total_delivered": .int(totals.delivered),
      "total_opened": .int(totals.opened), "total_clicked": .int(totals.clicked), "total_bounced": .int(totals.bounced),
      "total_unsubscribed": .int(totals.unsubscribed),
    ]
  }

  private static func columns(_ reader: MailReader?) -> ColumnValues {
    ["user_agent": .text(reader?.userAgent), "ip_address": .text(reader?.ipAddress)]
  }

  private static func clicks(_ clicks: [MailClick]) -> JSONValue {
    [
      "clicks": .array(
        clicks.map { click in
          [
            "click_id": .int(click.id), "url": .string(click.url), "timestamp": .string(click.at.rfc3339),
            "link_text": click.linkText.map { .string($0) } ?? .null,
          ]
        })
    ]
  }
}
