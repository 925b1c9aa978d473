import EventSourcing
import JSON

/// What other services hear of campaigns, their mails and of subscribers.
public enum NewsletterMessages {
  public static let all: [MessageTranslation] = campaigns + mails + subscribers + templates

  private static let campaigns: [MessageTranslation] = [
    MessageTranslation(CampaignScheduled.self, "newsletters.campaign.scheduled") { json, campaign, _ in
      json.field("campaign_id", campaign.campaignID)
      json.field("campaign_name", campaign.name)
      json.field("scheduled_at", campaign.scheduledAt)
      json.field("total_recipients", campaign.recipients)
      json.field("campaign_type", name: campaign.campaignType)
    },
    MessageTranslation(CampaignSent.self, "newsletters.campaign.sent") { json, campaign, event in
      json.field("campaign_id", campaign.campaignID)
      json.field("campaign_name", campaign.name)
      json.field("sent_at", event.occurredAt)
      json.field("total_recipients", campaign.recipients)
      json.field("total_sent", campaign.sent)
      json.field("total_failed", campaign.failed)
    },
  ]

  private static let mails: [MessageTranslation] = [
    MessageTranslation(MailSent.self, "newsletters.email.sent") { json, mail, event in
      json.field("email_id", mail.row.id)
      json.field("newsletter_id", mail.row.newsletterID)
      json.field("campaign_id", mail.row.campaignID)
      json.field("recipient", mail.personal?.email)
      json.field("subject", mail.mailSubject)
      json.field("sent_at", event.occurredAt)
    },
    MessageTranslation(MailOpened.self, "newsletters.email.opened") { json, mail, event in
      write(mail.row, email: mail.personal?.email, &json)
      json.field("opened_at", event.occurredAt)
    },
    MessageTranslation(MailClicked.self, "newsletters.email.clicked") { json, mail, event in
      write(mail.row, email: mail.personal?.email, &json)
      json.field("clicked_url", mail.personal?.clicks.last?.url)
      json.field("clicked_at", event.occurredAt)
    },
    MessageTranslation(MailBounced.self, "newsletters.email.bounced") { json, mail, event in
      write(mail.row, email: mail.personal?.email, &json)
      json.field("bounce_type", name: mail.kind)
      json.field("reason", mail.reason)
      json.field("bounced_at", event.occurredAt)
    },
  ]

  private static func write(_ row: MailRow, email: String?, _ json: inout JSONWriter) {
    json.field("newsletter_id", row.newsletterID)
    json.field("campaign_id", row.campaignID)
    json.field("email", email)
  }

  private static let subscribers: [MessageTranslation] = [
    MessageTranslation(SubscriptionConfirmed.self, "newsletters.subscriber.subscribed") { json, subscriber, event in
      json.field("newsletter_id", subscriber.newsletterID)
      json.field("email", subscriber.personal?.email)
      json.field("source", subscriber.source)
      json.field("subscribed_at", event.occurredAt)
    },
    MessageTranslation(SubscriptionRenewed.self, "newsletters.subscriber.subscribed") { json, subscriber, event in
      json.field("newsletter_id", subscriber.newsletterID)
      json.field("email", subscriber.personal?.email)
      json.field("source", subscriber.source)
      json.field("subscribed_at", event.occurredAt)
    },
    MessageTranslation(SubscriberEnrolled.self, "newsletters.subscriber.subscribed") { json, subscriber, event in
      json.field("newsletter_id", subscriber.newsletterID)
      json.field("email", subscriber.personal?.email)
      json.field("source", subscriber.source)
      json.field("subscribed_at", event.occurredAt)
    },
    MessageTranslation(SubscriberUnsubscribed.self, "newsletters.subscriber.unsubscribed") { json, subscriber, event in
      json.field("newsletter_id", subscriber.newsletterID)
      json.field("email", subscriber.personal?.email)
      json.field("unsubscribed_at", event.occurredAt)
      json.field("reason", name: subscriber.reason)
      json.field("campaign_id", subscriber.campaignID)
    },
  ]

  private static let templates: [MessageTranslation] = MessageTranslation.reference(EmailTemplate.self, "newsletters.email_template")
}
