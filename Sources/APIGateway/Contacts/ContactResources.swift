import Aggregates
import Postgres

/// What answers show of contacts.
enum ContactResources {
  /// As in SQL and answers: an array of names.
  private static let tagNames = "coalesce(c.tags, '[]')"

  static let fields: [Resource.Field] = [
    .id("id", "c.id"), .text("email", "c.email").sortable, .text("first_name", "c.first_name").nullable.sortable,
    .text("last_name", "c.last_name").nullable.sortable, .text("company", "c.company").nullable.sortable,
    .text("phone", "c.phone").nullable, .text("country", "c.country").nullable, .text("city", "c.city").nullable,
    .choice("status", "c.status", ContactStatus.allCases.map(\.rawValue)),
    .choice("source", "c.source", ContactSource.allCases.map(\.rawValue)), .text("language", "c.language"),
    .text("birth_date", "to_char(c.birth_date, 'YYYY-MM-DD')").nullable,
    .choice("gender", "c.gender", Gender.allCases.map(\.rawValue)).nullable,
    .bool("newsletter_subscribed", "c.newsletter_subscribed"), .bool("marketing_subscribed", "c.marketing_subscribed"),
    .bool("sms_subscribed", "c.sms_subscribed"), .time("subscribed_at", "c.subscribed_at").nullable,
    .time("unsubscribed_at", "c.unsubscribed_at").nullable, .time("last_email_sent_at", "c.last_email_sent_at").nullable,
    .time("last_email_opened_at", "c.last_email_opened_at").nullable,
    .time("last_email_clicked_at", "c.last_email_clicked_at").nullable, .integer("email_open_count", "c.email_open_count").sortable,
    .integer("email_click_count", "c.email_click_count").sortable, .id("user_id", "c.user_id").nullable,
    .json("custom_fields", "c.custom_fields", .anyObject).nullable, .json("tags", tagNames, .array(.text)),
    .text("notes", "c.notes").nullable, .time("created_at", "c.created_at").nullable.sortable,
    .time("updated_at", "c.updated_at").nullable.sortable,
  ]

  static let contact = Resource(
    "contact", schema: "Contact", table: "contacts", from: "contacts c", id: "c.id", stream: .init(Contact.category), fields: fields,
    relations: [
      .many(
        "lists", ContactListResources.listOfContact,
        from: "contact_list_contacts m join contact_lists l on l.id = m.contact_list_id",
        on: "m.contact_id = c.id and m.status = 'active'", order: "l.name, l.id", expected: 3)
    ],
    filters: [
      .staffSearch(
        "coalesce(c.first_name, '') || ' ' || coalesce(c.last_name, '') || ' ' || coalesce(c.company, '')",
        or: "lower(c.email) ^@ lower($?)"),
      Filter("status", alias: "status", .choice(ContactStatus.self), "c.status = $?") { .text($0.rawValue) },
      Filter("source", alias: "source", .choice(ContactSource.self), "c.source = $?") { .text($0.rawValue) },
      Filter("tag", alias: "tag", .text(255), "c.tags @> to_jsonb($?::text)") { .text($0) },
      Filter("language", alias: "language", .text(5), "c.language = $?") { .text($0) },
      Filter("country", alias: "country", .text(2), "c.country = $?") { .text($0) },
      Filter("city", alias: "city", .text(255), "c.city = $?") { .text($0) },
      Filter("company", alias: "company", .text(255), "c.company = $?") { .text($0) },
      Filter("newsletter_subscribed", alias: "newsletter_subscribed", .bool, "c.newsletter_subscribed = $?") { .bool($0) },
      Filter("marketing_subscribed", alias: "marketing_subscribed", .bool, "c.marketing_subscribed = $?") { .bool($0) },
      Filter("sms_subscribed", alias: "sms_subscribed", .bool, "c.sms_subscribed = $?") { .bool($0) },
      .id("user_id", "c.user_id"),
      Filter(
        "list_id", alias: "list_id", .integer(min: 1),
        "exists (select from contact_list_contacts f where f.contact_id = c.id and f.contact_list_id = $? and f.status = 'active')"
      ) { .int64($0) },
    ])

  // MARK: Queries

  /// `$1` bigint: the contact.
  static let one = RowQuery("contacts.one", contact, where: "c.id = $1")
  static let all = Listing("contacts.all", contact, defaultSort: "-created_at", defaultLimit: 15)
  /// `$1` bigint: the list.
  static let ofList = Listing(
    "contacts.of_list", contact,
    where: ["exists (select from contact_list_contacts o where o.contact_id = c.id and o.contact_list_id = $1 and o.status = 'active')"],
    fixedParameters: 1, defaultSort: "-created_at", defaultLimit: 15)
  /// `$1` bigint: the tag.
  static let ofTag = Listing(
    "contacts.of_tag", contact, where: ["c.tags @> to_jsonb((select g.name::text from contact_tags g where g.id = $1))"],
    fixedParameters: 1, defaultSort: "-created_at", defaultLimit: 15)
}
