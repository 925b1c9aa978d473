import Aggregates
import Postgres

/// What answers show of lists and tags.
enum ContactListResources {
  private static let criterion = Schema.object([
    "field": .choice(ContactListField.allCases.map(\.rawValue)), "operator": .choice(ContactListOperator.allCases.map(\.rawValue)),
    "value": .text,
    "logic": .choice(ContactListLogic.allCases.map(\.rawValue)),
  ])

  private static let fields: [Resource.Field] = [
    .id("id", "l.id"), .text("name", "l.name").sortable(by: "internal.fold(l.name)"), .text("description", "l.description").nullable,
    .bool("is_active", "l.is_active"), .choice("type", "l.type", ContactListType.allCases.map(\.rawValue)),
    .choice("status", "l.status", ContactListStatus.allCases.map(\.rawValue)),
    .json("criteria", "l.criteria", .array(criterion)).nullable, .bool("is_dynamic", "l.is_dynamic"),
    .integer("contact_count", "l.contact_count").sortable, .id("created_by", "l.created_by").nullable,
    .id("updated_by", "l.updated_by").nullable, .json("metadata", "l.metadata", .anyObject).nullable,
    .time("created_at", "l.created_at").nullable.sortable, .time("updated_at", "l.updated_at").nullable.sortable,
  ]

  static let list = Resource(
    "contact_list", schema: "ContactList", table: "contact_lists", from: "contact_lists l", id: "l.id",
    stream: .init(ContactList.category), fields: fields,
    filters: [
      .search("l.name"),
      Filter("type", alias: "type", .choice(ContactListType.self), "l.type = $?") { .text($0.rawValue) },
      Filter("status", alias: "status", .choice(ContactListStatus.self), "l.status = $?") { .text($0.rawValue) },
      Filter("is_dynamic", alias: "is_dynamic", .bool, "l.is_dynamic = $?") { .bool($0) },
      Filter("is_active", alias: "is_active", .bool, "l.is_active = $?") { .bool($0) },
      .id("created_by", "l.created_by"),
    ])

  /// A list where it stands inside a contact.
  static let listOfContact = Resource(
    "list", table: "contact_lists", from: "contact_lists l", id: "l.id",
    fields: [
      .id("id", "l.id"), .text("name", "l.name"), .choice("type", "l.type", ContactListType.allCases.map(\.rawValue)),
      .choice("status", "l.status", ContactListStatus.allCases.map(\.rawValue)), .time("added_at", "m.added_at"),
    ])

  static let tag = Resource(
    "contact_tag", schema: "ContactTag", table: "contact_tags", from: "contact_tags t", id: "t.id", stream: .init(ContactTag.category),
    fields: [
      .id("id", "t.id"), .text("name", "t.name").sortable(by: "internal.fold(t.name)"), .text("color", "t.color"),
      .text("description", "t.description").nullable, .choice("type", "t.type", ContactTagType.allCases.map(\.rawValue)),
      .integer("usage_count", "t.usage_count").sortable, .time("created_at", "t.created_at").nullable.sortable,
      .time("updated_at", "t.updated_at").nullable,
    ],
    filters: [
      .search("t.name"),
      Filter("type", alias: "type", .choice(ContactTagType.self), "t.type = $?") { .text($0.rawValue) },
    ])

  /// Figures about the contacts that a condition names.
  private static func figures(_ name: String, _ schema: String, _ table: String, alias: String, _ category: String, of: String) -> Resource
  {
    func count(_ field: String, _ condition: String) -> Resource.Field {
      .integer(field, "(select count(*) from contacts s where \(of) and \(condition))")
    }
    func sum(_ field: String, _ column: String) -> Resource.Field {
      .integer(field, "(select coalesce(sum(s.\(column)), 0)::bigint from contacts s where \(of))")
    }
    return Resource(
      name, schema: schema, table: table, from: "\(table) \(alias)", id: "\(alias).id", stream: .init(category, isAggregate: false),
      fields: [
        .id("id", "\(alias).id"), .text("name", "\(alias).name"), count("contacts", "true"), count("active", "s.status = 'active'"),
        count("inactive", "s.status = 'inactive'"), count("bounced", "s.status = 'bounced'"),
        count("unsubscribed", "s.status = 'unsubscribed'"), count("complained", "s.status = 'complained'"),
        count("newsletter_subscribed", "s.newsletter_subscribed"), count("marketing_subscribed", "s.marketing_subscribed"),
        count("sms_subscribed", "s.sms_subscribed"), sum("email_open_count", "email_open_count"),
        sum("email_click_count", "email_click_count"),
      ])
  }

  // MARK: Queries

  static let lists = Listing("contacts.lists", list, defaultSort: "-created_at", defaultLimit: 15)
  /// `$1` bigint: the list.
  static let oneList = RowQuery("contacts.list", list, where: "l.id = $1")
  /// `$1` bigint: the list.
  static let listFigures = RowQuery(
    "contacts.list_figures",
    figures(
      "list_statistics", "ContactListStatistics", "contact_lists", alias: "ls", ContactList.category,
      of: "exists (select from contact_list_contacts sm where sm.contact_list_id = ls.id and sm.contact_id = s.id and sm.status = 'active')"
    ),
    where: "ls.id = $1")

  static let tags = Listing("contacts.tags", tag, defaultSort: "name", defaultLimit: 50)
  static let popularTags = WholeQuery("contacts.popular_tags", tag, order: "t.usage_count desc, t.name, t.id limit 10")
  /// `$1` bigint: the tag.
  static let oneTag = RowQuery("contacts.tag", tag, where: "t.id = $1")
  /// `$1` bigint: the tag.
  static let tagFigures = RowQuery(
    "contacts.tag_figures",
    figures(
      "tag_statistics", "ContactTagStatistics", "contact_tags", alias: "ts", ContactTagUsage.category,
      of: "s.tags @> to_jsonb(ts.name::text)"),
    where: "ts.id = $1")
}
