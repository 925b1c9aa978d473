import Migrations
import Postgres

/// The tables that the read databases have, by what they are there for. A table that is neither listed nor named here as an extra is one too many.
enum Tables {
  /// The 74 tables of the platform, by database.
  static let listed: [String: Set<String>] = [
    "auth_service_db": [
      "live.users", "live.permissions", "live.roles", "live.model_has_permissions", "live.model_has_roles", "live.role_has_permissions",
      "ops.cache", "ops.cache_locks", "ops.jobs",
    ],
    "addresses_service": ["live.countries", "live.regions", "live.addresses"],
    "products_service_db": [
      "live.vat", "live.brands", "live.types", "live.categories", "live.catalogs", "live.attribute_groups", "live.characteristic_groups",
      "live.products", "live.attributes", "live.related_characteristics", "live.characteristics", "live.product_types",
      "live.product_categories", "live.product_catalogs", "live.product_images",
    ],
    "baskets_service_db": ["live.types", "live.promo_codes", "live.baskets", "live.basket_items", "live.basket_promo_code"],
    "orders_service_db": ["live.order_status", "live.orders", "live.order_items"],
    "deliveries_service_db": ["live.status", "live.sale_points", "live.deliveries"],
    "newsletters_service_db": [
      "live.newsletters", "live.campaigns", "live.newsletter_campaigns", "live.email_templates", "live.users", "ops.cache", "ops.jobs",
    ],
    "sav_service_db": [
      "live.support_tickets", "live.ticket_messages", "live.ticket_attachments", "live.users", "ops.cache", "ops.jobs",
    ],
    "contacts_service_db": [
      "live.contact_lists", "live.contacts", "live.contact_tags", "live.contact_list_contacts", "live.permissions", "live.roles",
      "live.model_has_permissions", "live.model_has_roles", "live.role_has_permissions", "live.users", "ops.cache", "ops.jobs",
    ],
    "websites_service_db": ["live.websites", "live.users", "ops.cache", "ops.jobs"],
    "questions_service_db": ["live.questions", "live.answers", "live.users", "ops.cache", "ops.jobs"],
    "messages_broker": ["ops.messages", "ops.failed_messages"],
  ]

  /// What the read databases have beyond that: projected rows of this build, and copies of other services' facts.
  static let extras: [String: Set<String>] = [
    "auth_service_db": ["live.sessions", "live.audit_log"],
    "baskets_service_db": copiesForSales,
    "orders_service_db": copiesForSales.union(["live.payments", "live.refunds"]),
    "deliveries_service_db": ["copies.order_copies"],
    "sav_service_db": ["live.returns", "live.return_lines", "copies.order_copies", "copies.order_line_copies"],
    "questions_service_db": ["copies.product_copies"],
    "messages_broker": ["ops.webhook_subscriptions", "ops.webhook_deliveries"],
  ]

  private static let copiesForSales: Set<String> = [
    "copies.product_copies", "copies.product_type_copies", "copies.type_copies", "copies.vat_copies", "copies.address_copies",
  ]

  /// The bookkeeping of projections, in each of them.
  private static let bookkeeping: Set<String> = ["internal.generations", "internal.checkpoints", "internal.parked_events"]

  static func expected(in database: String) -> Set<String> {
    (listed[database] ?? []).union(extras[database] ?? []).union(bookkeeping)
  }

  /// All tables of a migrated database; the bookkeeping of migrations does not count.
  static func found(in migrator: Migrator, _ database: String) async throws -> Set<String> {
    try await withClient(migrator.configuration(database, as: .owner)) { client in
      let tables = PostgresStatement.unprepared(
        """
        select table_schema || '.' || table_name from information_schema.tables
        where table_schema not in ('pg_catalog', 'information_schema') and table_name <> 'schema_migrations'
        """)
      return Set(try await client.query(tables).map { try $0.string(0) })
    }
  }
}
