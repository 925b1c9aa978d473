/// The tables of `newsletters_service_db`.
enum NewsletterTables {
  static let subscribers = Table(
    "newsletters", unique: [Table.UniqueRule("one subscriber an e-mail address", "lower(email)")],
    [
      Column("id", .bigint), Column("email", .text), Column("name", .text), Column("phone", .text), Column("status", .text),
      Column("preferences", .jsonb), Column("subscribed_at", .timestamptz), Column("unsubscribed_at", .timestamptz),
      Column("subscription_source", .text), Column("unsubscribe_token", .text), Column("bounce_count", .integer),
      Column("last_bounce_at", .timestamptz), Column("notes", .text), Column("created_at", .timestamptz),
      Column("updated_at", .timestamptz), Column("deleted_at", .timestamptz),
    ])
  static let users = UserCopies(hasLogin: true)
  static let templates = Table(
    "email_templates",
    [
      Column("id", .bigint), Column("name", .text), Column("slug", .text), Column("subject", .text), Column("html_content", .text),
      Column("plain_content", .text), Column("variables", .jsonb), Column("category", .text), Column("is_active", .boolean),
      Column("created_by", .bigint), Column("description", .text), Column("created_at", .timestamptz), Column("updated_at", .timestamptz),
      Column("deleted_at", .timestamptz),
    ])
  static let campaigns = Table(
    "campaigns", references: ["email_template_id": "email_templates"],
    [
      Column("id", .bigint), Column("name", .text), Column("subject", .text), Column("content", .text), Column("plain_text", .text),
      Column("status", .text), Column("scheduled_at", .timestamptz), Column("sent_at", .timestamptz), Column("created_by", .bigint),
      Column("targeting_criteria", .jsonb), Column("campaign_type", .text), Column("email_template_id", .bigint),
      Column("total_recipients", .integer), Column("total_sent", .integer), Column("total_delivered", .integer),
      Column("total_opened", .integer), Column("total_clicked", .integer), Column("total_bounced", .integer),
      Column("total_unsubscribed", .integer), Column("notes", .text), Column("created_at", .timestamptz),
      Column("updated_at", .timestamptz), Column("deleted_at", .timestamptz),
    ])
  static let mails = Table(
    "newsletter_campaigns", references: ["newsletter_id": "newsletters", "campaign_id": "campaigns"],
    [
      Column("id", .bigint), Column("newsletter_id", .bigint), Column("campaign_id", .bigint), Column("status", .text),
      Column("sent_at", .timestamptz), Column("delivered_at", .timestamptz), Column("opened_at", .timestamptz),
      Column("clicked_at", .timestamptz), Column("bounced_at", .timestamptz), Column("failed_at", .timestamptz),
      Column("bounce_reason", .text), Column("failure_reason", .text), Column("click_data", .jsonb), Column("user_agent", .text),
      Column("ip_address", .text), Column("open_count", .integer), Column("click_count", .integer), Column("created_at", .timestamptz),
      Column("updated_at", .timestamptz),
    ])
}
