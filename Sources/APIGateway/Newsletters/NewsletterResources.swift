import Aggregates
import EventSourcing
import Postgres

/// What answers show of newsletters_service_db.
enum NewsletterResources {
  static let subscriber = Resource(
    "newsletter", schema: "Newsletter", table: "newsletters", from: "newsletters n", id: "n.id", where: "n.deleted_at is null",
    stream: .init(Subscriber.category),
    fields: [
      .id("id", "n.id"), .text("email", "n.email").sortable, .text("name", "n.name").nullable, .text("phone", "n.phone").nullable,
      .choice("status", "n.status", SubscriberStatus.allCases.map(\.rawValue)), .json("preferences", "n.preferences", .anyObject).nullable,
      .time("subscribed_at", "n.subscribed_at").nullable.sortable, .time("unsubscribed_at", "n.unsubscribed_at").nullable,
      .text("subscription_source", "n.subscription_source").nullable, .integer("bounce_count", "n.bounce_count").sortable,
      .time("last_bounce_at", "n.last_bounce_at").nullable, .text("notes", "n.notes").nullable,
      .time("created_at", "n.created_at").nullable.sortable, .time("updated_at", "n.updated_at").nullable.sortable,
    ],
    filters: [
      .search("concat_ws(' ', n.email, n.name)"),
      Filter("status", alias: "status", .choice(SubscriberStatus.self), "n.status = $?") { .text($0.rawValue) },
      Filter("source", alias: "source", .text(255), "n.subscription_source = $?") { .text($0) },
    ] + dates("n.created_at"))

  static let campaign = Resource(
    "campaign", schema: "Campaign", table: "campaigns", from: "campaigns c", id: "c.id", where: "c.deleted_at is null",
    stream: .init(Campaign.category), fields: campaignFields,
    relations: [.one("template", template, on: "t.id = c.email_template_id", showing: ["id", "name", "slug"])],
    filters: [
      .search("concat_ws(' ', c.name, c.subject)"),
      Filter("status", alias: "status", .choice(CampaignStatus.self), "c.status = $?") { .text($0.rawValue) },
      Filter("type", alias: "type", .choice(CampaignType.self), "c.campaign_type = $?") { .text($0.rawValue) },
      .id("created_by", "c.created_by"),
    ] + dates("c.created_at"))

  private static let campaignFields: [Resource.Field] = [
    .id("id", "c.id"), .text("name", "c.name").sortable(by: "internal.fold(c.name)"), .text("subject", "c.subject"),
    .text("content", "c.content"), .text("plain_text", "c.plain_text").nullable,
    .choice("status", "c.status", CampaignStatus.allCases.map(\.rawValue)), .time("scheduled_at", "c.scheduled_at").nullable.sortable,
    .time("sent_at", "c.sent_at").nullable.sortable, .id("created_by", "c.created_by").nullable,
    .json("targeting_criteria", "c.targeting_criteria", .anyObject).nullable,
    .choice("campaign_type", "c.campaign_type", CampaignType.allCases.map(\.rawValue)),
    .id("email_template_id", "c.email_template_id").nullable, .integer("total_recipients", "c.total_recipients").sortable,
    .integer("total_sent", "c.total_sent"), .integer("total_delivered", "c.total_delivered"), .integer("total_opened", "c.total_opened"),
    .integer("total_clicked", "c.total_clicked"), .integer("total_bounced", "c.total_bounced"),
    .integer("total_unsubscribed", "c.total_unsubscribed"), .text("notes", "c.notes").nullable,
    .time("created_at", "c.created_at").nullable.sortable, .time("updated_at", "c.updated_at").nullable.sortable,
  ]

  /// A campaign's mail to a subscriber.
  static let mail = Resource(
    "newsletter_campaign", schema: "NewsletterCampaign", table: "newsletter_campaigns",
    from: "newsletter_campaigns m join newsletters mn on mn.id = m.newsletter_id", id: "m.id",
    fields: [
      .id("id", "m.id"), .id("newsletter_id", "m.newsletter_id"), .id("campaign_id", "m.campaign_id"), .text("email", "mn.email"),
      .choice("status", "m.status", MailStatus.allCases.map(\.rawValue)), .time("sent_at", "m.sent_at").nullable,
      .time("delivered_at", "m.delivered_at").nullable, .time("opened_at", "m.opened_at").nullable,
      .time("clicked_at", "m.clicked_at").nullable, .time("bounced_at", "m.bounced_at").nullable,
      .time("failed_at", "m.failed_at").nullable, .text("bounce_reason", "m.bounce_reason").nullable,
      .text("failure_reason", "m.failure_reason").nullable, .json("click_data", "m.click_data", .anyObject).nullable,
      .text("user_agent", "m.user_agent").nullable, .text("ip_address", "m.ip_address").nullable,
      .integer("open_count", "m.open_count").sortable, .integer("click_count", "m.click_count").sortable,
      .time("created_at", "m.created_at").nullable.sortable, .time("updated_at", "m.updated_at").nullable,
    ],
    filters: [
      Filter("status", alias: "status", .choice(MailStatus.self), "m.status = $?") { .text($0.rawValue) },
      .id("newsletter_id", "m.newsletter_id"),
    ])

  static let template = Resource(
    "email_template", schema: "EmailTemplate", table: "email_templates", from: "email_templates t", id: "t.id",
    where: "t.deleted_at is null", stream: .init(EmailTemplate.category),
    fields: [
      .id("id", "t.id"), .text("name", "t.name").sortable(by: "internal.fold(t.name)"), .text("slug", "t.slug").sortable,
      .text("subject", "t.subject"), .text("html_content", "t.html_content"), .text("plain_content", "t.plain_content").nullable,
      .json("variables", "t.variables", .anyObject).nullable,
      .choice("category", "t.category", TemplateCategory.allCases.map(\.rawValue)), .bool("is_active", "t.is_active"),
      .id("created_by", "t.created_by").nullable, .text("description", "t.description").nullable,
      .time("created_at", "t.created_at").nullable.sortable, .time("updated_at", "t.updated_at").nullable,
    ],
    filters: [
      .search("concat_ws(' ', t.name, t.slug)"),
      Filter("category", alias: "category", .choice(TemplateCategory.self), "t.category = $?") { .text($0.rawValue) },
      Filter("is_active", alias: "is_active", .bool, "t.is_active = $?") { .bool($0) },
    ])

  /// From a moment on, and up to one, which does not belong to it.
  private static func dates(_ column: String) -> [Filter] {
    [
      Filter("created_at][gte", alias: "from_date", .time, "\(column) >= $?") { .timestamp(microsecondsSinceUnixEpoch: $0.rawValue) },
      Filter("created_at][lt", alias: "to_date", .time, "\(column) < $?") { .timestamp(microsecondsSinceUnixEpoch: $0.rawValue) },
    ]
  }

  // MARK: Queries

  static let subscribers = Listing("newsletters.all", subscriber, defaultSort: "-created_at", defaultLimit: 15)
  /// `$1` bigint: the row's id, and likewise below.
  static let oneSubscriber = RowQuery("newsletters.one", subscriber, where: "n.id = $1")
  static let campaigns = Listing("newsletters.campaigns", campaign, defaultSort: "-created_at", defaultLimit: 15)
  static let oneCampaign = RowQuery("newsletters.campaign", campaign, where: "c.id = $1", embedding: ["template"])
  static let mails = Listing(
    "newsletters.mails", mail, where: ["m.campaign_id = $1"], fixedParameters: 1, defaultSort: "-created_at", defaultLimit: 15)
  static let templates = Listing("newsletters.templates", template, defaultSort: "name", defaultLimit: 50)
  static let oneTemplate = RowQuery("newsletters.template", template, where: "t.id = $1")
}
