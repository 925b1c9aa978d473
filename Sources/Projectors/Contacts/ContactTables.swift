/// The tables of `contacts_service_db`.
enum ContactTables {
  static let lists = Table(
    "contact_lists",
    [
      Column("id", .bigint), Column("name", .text), Column("description", .text), Column("is_active", .boolean), Column("type", .text),
      Column("status", .text), Column("criteria", .jsonb), Column("is_dynamic", .boolean), Column("contact_count", .integer),
      Column("created_by", .bigint), Column("updated_by", .bigint), Column("metadata", .jsonb), Column("created_at", .timestamptz),
      Column("updated_at", .timestamptz),
    ])
  static let contacts = Table(
    "contacts", unique: [Table.UniqueRule("one contact an e-mail address", "lower(email)")],
    [
      Column("id", .bigint), Column("email", .text), Column("first_name", .text), Column("last_name", .text), Column("company", .text),
      Column("phone", .text), Column("country", .text), Column("city", .text), Column("status", .text), Column("source", .text),
      Column("language", .text), Column("birth_date", .date), Column("gender", .text), Column("newsletter_subscribed", .boolean),
      Column("marketing_subscribed", .boolean), Column("sms_subscribed", .boolean), Column("subscribed_at", .timestamptz),
      Column("unsubscribed_at", .timestamptz), Column("last_email_sent_at", .timestamptz), Column("last_email_opened_at", .timestamptz),
      Column("last_email_clicked_at", .timestamptz), Column("email_open_count", .integer), Column("email_click_count", .integer),
      Column("user_id", .bigint), Column("custom_fields", .jsonb), Column("tags", .jsonb), Column("notes", .text),
      Column("created_at", .timestamptz), Column("updated_at", .timestamptz),
    ])
  static let users = UserCopies()
  static let tags = Table(
    "contact_tags",
    [
      Column("id", .bigint), Column("name", .text), Column("color", .text), Column("description", .text), Column("type", .text),
      Column("usage_count", .integer), Column("created_at", .timestamptz), Column("updated_at", .timestamptz),
    ])
  static let members = Table(
    "contact_list_contacts", references: ["contact_list_id": "contact_lists", "contact_id": "contacts"],
    [
      Column("id", .bigint), Column("contact_list_id", .bigint), Column("contact_id", .bigint), Column("status", .text),
      Column("added_at", .timestamptz), Column("removed_at", .timestamptz), Column("added_by", .bigint),
      Column("created_at", .timestamptz), Column("updated_at", .timestamptz),
    ])
}
