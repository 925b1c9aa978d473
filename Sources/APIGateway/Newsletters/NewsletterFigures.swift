import Aggregates
import JSON
import Postgres

/// Figures about the newsletter.
enum NewsletterFigures {
  private static let countsSchema = Schema(["type": "object", "additionalProperties": ["type": "integer"]])

  /// How many of something each value of an expression has, as an object.
  private static func counts(_ name: String, _ expression: String, from rows: String) -> Resource.Field {
    .json(
      name,
      """
      (select coalesce(jsonb_object_agg(x.key, x.count), '{}')
        from (select coalesce(\(expression), 'unknown') as key, count(*) as count from \(rows) group by 1) x)
      """, countsSchema)
  }

  private static func count(_ name: String, _ rows: String) -> Resource.Field { .integer(name, "(select count(*) from \(rows))") }

  /// A share in percent with two decimals; 0 of nothing.
  private static func rate(_ name: String, _ part: String, of whole: String) -> Resource.Field {
    .decimal(name, "coalesce(round(100.0 * cs.\(part) / nullif(cs.\(whole), 0), 2), 0.00)")
  }

  private static let subscriberFigures = Resource(
    "newsletter_statistics", schema: "NewsletterStatistics", table: "newsletters", from: "(select 1::bigint as id) one", id: "one.id",
    stream: .init(Subscriber.category, isAggregate: false),
    fields: [
      count("total", "newsletters s where s.deleted_at is null"),
      count("subscribed", "newsletters s where s.deleted_at is null and s.status = 'subscribed'"),
      count("unsubscribed", "newsletters s where s.deleted_at is null and s.status = 'unsubscribed'"),
      count("pending", "newsletters s where s.deleted_at is null and s.status = 'pending'"),
      count("bounced", "newsletters s where s.deleted_at is null and s.status = 'bounced'"),
      count("subscribed_last_7_days", "newsletters s where s.deleted_at is null and s.subscribed_at >= now() - interval '7 days'"),
      count("unsubscribed_last_7_days", "newsletters s where s.deleted_at is null and s.unsubscribed_at >= now() - interval '7 days'"),
      counts(
        "subscribed_by_month", "to_char(s.subscribed_at at time zone 'UTC', 'YYYY-MM')",
        from: "newsletters s where s.subscribed_at >= now() - interval '12 months'"),
      counts("by_source", "s.subscription_source", from: "newsletters s where s.deleted_at is null"),
    ])

  private static let rates: [Resource.Field] = [
    .id("id", "cs.id"), .text("name", "cs.name"), .choice("status", "cs.status", CampaignStatus.allCases.map(\.rawValue)),
    .integer("total_recipients", "cs.total_recipients"), .integer("total_sent", "cs.total_sent"),
    .integer("total_delivered", "cs.total_delivered"), .integer("total_opened", "cs.total_opened"),
    .integer("total_clicked", "cs.total_clicked"), .integer("total_bounced", "cs.total_bounced"),
    .integer("total_unsubscribed", "cs.total_unsubscribed"), rate("delivery_rate", "total_delivered", of: "total_sent"),
    rate("open_rate", "total_opened", of: "total_delivered"), rate("click_rate", "total_clicked", of: "total_delivered"),
    rate("click_to_open_rate", "total_clicked", of: "total_opened"), rate("bounce_rate", "total_bounced", of: "total_sent"),
    rate("unsubscribe_rate", "total_unsubscribed", of: "total_delivered"),
  ]

  private static func campaign(_ name: String, _ schema: String, _ more: [Resource.Field]) -> Resource {
    Resource(
      name, schema: schema, table: "campaigns", from: "campaigns cs", id: "cs.id", where: "cs.deleted_at is null",
      stream: .init(Campaign.category, isAggregate: false), fields: rates + more)
  }

  private static let analytics: [Resource.Field] = [
    counts("mails_by_status", "s.status", from: "newsletter_campaigns s where s.campaign_id = cs.id"),
    counts(
      "openings_by_day", "to_char(s.opened_at at time zone 'UTC', 'YYYY-MM-DD')",
      from: "newsletter_campaigns s where s.campaign_id = cs.id and s.opened_at is not null"),
    counts(
      "clicks_by_day", "to_char(s.clicked_at at time zone 'UTC', 'YYYY-MM-DD')",
      from: "newsletter_campaigns s where s.campaign_id = cs.id and s.clicked_at is not null"),
    counts(
      "clicks_by_url", "click ->> 'url'",
      from: """
        newsletter_campaigns s cross join lateral jsonb_array_elements(s.click_data -> 'clicks') click
          where s.campaign_id = cs.id and s.click_data is not null
        """),
  ]

  private static let system = Resource(
    "system_statistics", schema: "NewsletterSystemStatistics", table: "campaigns", from: "(select 1::bigint as id) one", id: "one.id",
    stream: .init(Campaign.category, isAggregate: false),
    fields: [
      counts("newsletters_by_status", "s.status", from: "newsletters s where s.deleted_at is null"),
      counts("campaigns_by_status", "s.status", from: "campaigns s where s.deleted_at is null"),
      counts("mails_by_status", "s.status", from: "newsletter_campaigns s"),
      count("templates", "email_templates s where s.deleted_at is null"),
    ])

  static let ofSubscribers = RowQuery("newsletters.figures", subscriberFigures, where: "true", isByID: false)
  /// `$1` bigint: the campaign.
  static let ofCampaign = RowQuery(
    "newsletters.campaign_figures", campaign("campaign_statistics", "CampaignStatistics", []), where: "cs.id = $1")
  /// `$1` bigint: the campaign.
  static let analyticsOfCampaign = RowQuery(
    "newsletters.campaign_analytics", campaign("campaign_analytics", "CampaignAnalytics", analytics), where: "cs.id = $1")
  static let ofSystem = RowQuery("newsletters.system_figures", system, where: "true", isByID: false)
}
