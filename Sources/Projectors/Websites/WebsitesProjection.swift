import Aggregates
import EventSourcing
import JSON

extension Projection {
  /// `websites_service_db`: websites, and a copy of accounts.
  public static let websites = Projection(
    database: "websites_service_db", ownCategories: [Website.category], tables: [WebsiteTables.websites, WebsiteTables.users.table],
    handlers: content + status + WebsiteTables.users.handlers)

  private static let content: [EventHandler] = [
    .on(WebsiteCreated.self) { event, facts, rows in
      rows.insert(
        into: WebsiteTables.websites,
        [
          "id": .id(event.websiteID), "user_id": .id(event.userID), "name": .text(event.name), "domain": .text(event.domain),
          "subdomain": .text(event.subdomain), "theme": .name(event.theme), "primary_color": .text(event.primaryColor),
          "secondary_color": .text(event.secondaryColor), "logo_path": .text(event.logoPath), "favicon_path": .text(event.faviconPath),
          "is_active": .bool(event.isActive), "created_at": .timestamp(facts.occurredAt), "updated_at": .timestamp(facts.occurredAt),
        ])
    },
    .on(WebsiteRebranded.self) { event, facts, rows in
      rows.update(
        WebsiteTables.websites, .id(event.websiteID),
        set: [
          "name": .text(event.name), "theme": .name(event.theme), "primary_color": .text(event.primaryColor),
          "secondary_color": .text(event.secondaryColor), "logo_path": .text(event.logoPath), "favicon_path": .text(event.faviconPath),
          "updated_at": .timestamp(facts.occurredAt),
        ])
    },
    .on(WebsiteDomainChanged.self) { event, facts, rows in
      rows.update(
        WebsiteTables.websites, .id(event.websiteID),
        set: ["domain": .text(event.newDomain), "subdomain": .text(event.newSubdomain), "updated_at": .timestamp(facts.occurredAt)])
    },
    .on(WebsiteSettingsChanged.self) { event, facts, rows in
      rows.update(
        WebsiteTables.websites, .id(event.websiteID),
        set: [
          "settings": event.personal.map { .json($0.settings.serialized) } ?? .null, "updated_at": .timestamp(facts.occurredAt),
        ])
    },
    .on(WebsiteOwnerChanged.self) { event, facts, rows in
      rows.update(
        WebsiteTables.websites, .id(event.websiteID), set: ["user_id": .id(event.newUserID), "updated_at": .timestamp(facts.occurredAt)])
    },
  ]

  private static let status: [EventHandler] = [
    .on(WebsiteActivated.self) { event, facts, rows in
      rows.update(WebsiteTables.websites, .id(event.websiteID), set: ["is_active": true, "updated_at": .timestamp(facts.occurredAt)])
    },
    .on(WebsiteDeactivated.self) { event, facts, rows in
      rows.update(WebsiteTables.websites, .id(event.websiteID), set: ["is_active": false, "updated_at": .timestamp(facts.occurredAt)])
    },
    .on(WebsiteDeleted.self) { event, facts, rows in
      rows.update(
        WebsiteTables.websites, .id(event.websiteID),
        set: ["updated_at": .timestamp(facts.occurredAt), "deleted_at": .timestamp(facts.occurredAt)])
    },
    .on(WebsiteRestored.self) { event, facts, rows in
      rows.update(
        WebsiteTables.websites, .id(event.websiteID),
        set: ["is_active": true, "updated_at": .timestamp(facts.occurredAt), "deleted_at": nil])
    },
  ]
}

/// The tables of `websites_service_db`.
enum WebsiteTables {
  static let websites = Table(
    "websites",
    unique: [Table.UniqueRule("one website a domain", "lower(domain)"), Table.UniqueRule("one website a label", "lower(subdomain)")],
    [
      Column("id", .bigint), Column("user_id", .bigint), Column("name", .text), Column("domain", .text), Column("subdomain", .text),
      Column("theme", .text), Column("primary_color", .text), Column("secondary_color", .text), Column("logo_path", .text),
      Column("favicon_path", .text), Column("settings", .jsonb), Column("is_active", .boolean), Column("created_at", .timestamptz),
      Column("updated_at", .timestamptz), Column("deleted_at", .timestamptz),
    ])
  static let users = UserCopies(hasName: true, hasLogin: true)
}
