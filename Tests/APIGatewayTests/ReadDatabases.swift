import Crypto
import EventStoreTesting
import Foundation
import Logging
import Migrations
import Postgres
import PostgresTesting
import Projectors

@testable import APIGateway

/// The read databases of one test, with the project's own schema and a few rows, read by the readers' roles.
struct ReadDatabases {
  private let migrator: Migrator
  /// Stands before the names of this test's databases.
  private let prefix: String
  private let clients: [String: PostgresClient]

  private static let names = [
    "auth_service_db", "addresses_service", "products_service_db", "baskets_service_db", "orders_service_db", "deliveries_service_db",
    "sav_service_db", "websites_service_db", "questions_service_db",
    "contacts_service_db", "newsletters_service_db", "messages_broker",
  ]
  private static let schema = String(#filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()) + "/schema"

  /// Migrated once, and copied for each test, which takes a twentieth of the time. They stay for the next process of tests on the server.
  private static let templates = Task {
    let migrator = try Migrator(
      adminURL: try TestDatabase.server().urlWithPassword(), schemaDirectory: schema, passwordSeed: "a seed for tests",
      prefix: "template_\(try fingerprint())_")
    try await migrator.up(names)
    return migrator
  }

  /// Changes with any file of the schema.
  private static func fingerprint() throws -> String {
    var hasher = SHA256()
    for path in try FileManager.default.subpathsOfDirectory(atPath: schema).sorted() where path.hasSuffix(".sql") {
      hasher.update(data: Data(path.utf8))
      hasher.update(data: try Data(contentsOf: URL(fileURLWithPath: "\(schema)/\(path)")))
    }
    return hasher.finalize().prefix(6).map { String($0, radix: 16) }.joined()
  }

  /// Runs `body` with databases that nobody else has; they are dropped whatever happens.
  /// - Parameter wanted: those that the test needs; any other is answered by the first of them, which has none of its tables.
  static func with(only wanted: [String] = names, _ body: (ReadDatabases) async throws -> Void) async throws {
    let databases = ReadDatabases(try await templates.value, wanted)
    var failure: (any Error)?
    do {
      for name in wanted { try await databases.onServer("create database \(databases.prefix)\(name) template \(databases.template(name))") }
      for (name, rows) in sampleRows where wanted.contains(name) { try await databases.execute(name, rows) }
      try await body(databases)
    } catch {
      failure = error
    }
    for client in databases.clients.values { await client.close() }
    for name in wanted { try await databases.onServer("drop database if exists \(databases.prefix)\(name) with (force)") }
    if let failure { throw failure }
  }

  private init(_ migrator: Migrator, _ wanted: [String]) {
    self.migrator = migrator
    let prefix = "g\(UInt32.random(in: 0 ... .max))_"
    self.prefix = prefix
    clients = Dictionary(
      uniqueKeysWithValues: wanted.map { name in
        var configuration = Self.configuration(name, as: .reader, migrator, prefix)
        configuration.connections = 1
        return (name, PostgresClient(configuration, logger: Logger(label: "test")))
      })
  }

  private func template(_ name: String) -> String { migrator.configuration(name, as: .owner).database }

  private func onServer(_ statement: String) async throws {
    let client = PostgresClient(try TestDatabase.server(), logger: Logger(label: "test"))
    do {
      try await client.executeScript(statement)
    } catch {
      await client.close()
      throw error
    }
    await client.close()
  }

  /// The settings of a role in its database are no part of a copy, so the search path is the session's.
  private static func configuration(
    _ name: String, as role: DatabaseRole, _ migrator: Migrator, _ prefix: String
  ) -> PostgresConfiguration {
    var configuration = migrator.configuration(name, as: role)
    configuration.database = prefix + name
    configuration.searchPath = "live, copies, internal, ops, public"
    return configuration
  }

  var sides: ReadSides {
    func side(_ service: String, _ database: String) -> ReadSide { ReadSide(service, client: clients[database] ?? clients.first!.value) }
    return ReadSides(
      auth: side("auth", "auth_service_db"), addresses: side("addresses", "addresses_service"),
      products: side("products", "products_service_db"), baskets: side("baskets", "baskets_service_db"),
      orders: side("orders", "orders_service_db"), deliveries: side("deliveries", "deliveries_service_db"),
      sav: side("sav", "sav_service_db"), websites: side("websites", "websites_service_db"),
      questions: side("questions", "questions_service_db"), contacts: side("contacts", "contacts_service_db"),
      newsletters: side("newsletters", "newsletters_service_db"), messages: side("messages-broker", "messages_broker"))
  }

  /// Changes rows as the administrator, in place of a projector.
  func execute(_ database: String, _ script: String) async throws {
    let client = PostgresClient(
      Self.configuration(database, as: .owner, migrator, prefix), logger: Logger(label: "test"))
    do {
      try await client.executeScript(script)
    } catch {
      await client.close()
      throw error
    }
    await client.close()
  }

  /// Runs the projector of one database beside `body`.
  func withProjector(
    _ projection: Projection, _ log: InMemoryEventLog, _ body: @escaping @Sendable () async throws -> Void
  ) async throws {
    let runner = ProjectorRunner(
      projection, log: log, leases: InMemorySubscriptionStore(),
      configuration: Self.configuration(projection.database, as: .projector, migrator, prefix), holder: "test",
      logger: Logger(label: "test"))
    try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        try await runner.run()
        return false
      }
      group.addTask {
        try await body()
        return true
      }
      while try await group.next() == false {}
      group.cancelAll()
    }
  }

  /// Everything of user 1, and every id 1.
  private static let sampleRows = [
    "messages_broker": """
    insert into ops.messages (message_id, queue, exchange, routing_key, type, payload, headers, status, published_at, created_at)
    values ('m', 'sample', 'x', 'a.b.c', 'b.c', '{}', '{"cloudEvents:position":"1","cloudEvents:previousposition":"0"}', 'published', now(),
      now());
    insert into ops.failed_messages
      (id, message_id, queue, payload, exception, exception_trace, last_failed_at, can_retry, created_at)
    overriding system value values (100, 'm', 'sample', '{}', 'it is none', '', now(), false, now());
    insert into ops.webhook_subscriptions (url, routing_keys, position, created_by, created_at, updated_at)
    values ('https://receiver.example/sample', '{#}', 0, 1, now(), now());
    insert into ops.webhook_deliveries
      (subscription_id, message_id, position, routing_key, state, attempts, next_attempt_at, created_at, updated_at)
    values (1, gen_random_uuid(), 1, 'a.b.c', 'delivered', 1, now(), now(), now());
    """,
    "auth_service_db": """
    insert into users values
      (1, 'Last', 'First', 'a@example.org', null, 'x', null, now(), now(), null),
      (2, 'Gone', 'Long', 'b@example.org', null, 'x', null, now(), now(), now());
    insert into permissions values (1, 'users.view', 'api', now(), now());
    insert into roles values (1, null, 'super_admin', 'api', now(), now()), (1000, 7, 'editor', 'api', now(), now());
    insert into role_has_permissions values (1, 1);
    insert into model_has_roles values (1, 'user', 1, 0), (1000, 'user', 1, 7);
    insert into model_has_permissions values (1, 'user', 1, 0);
    insert into sessions values
      (1, 1, 1, 'A browser', '192.0.2.1', now(), now(), now() + interval '1 day', null, null),
      (2, 1, null, null, null, now(), now(), now() + interval '1 day', now(), 'logout');
    insert into audit_log values
      (1, '2026-01-01', null, null, 'user.registered', 'user', 1, null, '{"imported":false}'),
      (2, '2026-01-02', 'user-1', 1, 'user.renamed', 'user', 1, '192.0.2.1', '{}');
    """,
    "addresses_service": """
    insert into countries values (1, 'France', 'FR', 'FRA', '+33', true, now(), now());
    insert into regions values (1, 'Île-de-France', 'IDF', 1, true, now(), now());
    insert into addresses values
      (1, 1, 'both', 'First', 'Last', null, '1 rue X', null, 'Paris', '75001', 1, 1, null, true, 48.85, 2.35, now(), now());
    """,
    "products_service_db": """
    insert into vat values (1, 'TVA 20%', 20);
    insert into brands values (1, 'Marque', 'https://example.org', now(), now(), null);
    insert into types values (1, 'Laptop', 1, now(), now());
    insert into products values
      (1, 'Ordinateur', 'A-1', 833.33, 5, 1, null, '2026-01-01', now(), null),
      (2, 'Écran', 'A_2', 100, 0, 1, null, '2026-01-01', now(), null),
      (3, 'Clavier', 'B%3', 10.5, 7, 1, null, '2026-01-02', now(), null),
      (4, 'Souris', 'C-4', 5, 7, null, null, '2026-01-03', now(), now());
    insert into product_types values (1, 1, 1, now(), now()), (2, 2, 1, now(), now());
    insert into categories values (1, 'Informatique', null, now(), now()), (2, 'Portables', 1, now(), now());
    insert into product_categories values (1, 1, 2, now(), now()), (2, 3, 1, now(), now());
    insert into catalogs values (1, 'Principal', null, now(), now(), null), (2, 'Ancien', 1, now(), now(), now());
    insert into product_catalogs values (1, 1, 1, now(), now()), (2, 1, 2, now(), now());
    insert into attribute_groups values (1, 'Couleur', now(), now());
    insert into attributes values (1, 'Noir', 3, 1, 1, now(), now());
    insert into characteristic_groups values (1, 'Technique', now(), now());
    insert into related_characteristics values (1, 'Processeur', 1, now(), now());
    insert into characteristics values (1, '8 cœurs', 1, 1, now(), now());
    insert into product_images values
      (1, 1, 'products/A-1/gallery-1.jpg', null, null, 'dos.jpg', 'gallery', null, 0, 100, 'image/jpeg', now(), now()),
      (2, 1, 'products/A-1/main.jpg', 'products/A-1/main-thumb.jpg', null, 'face.jpg', 'main', 'De face', 1, 200, 'image/jpeg', now(), now());
    """,
    "baskets_service_db": """
    insert into types values (1, 'Pourcentage', '%', now(), now(), null);
    insert into promo_codes values
      (1, 'Bienvenue', 'WELCOME10', 10, 1, null, null, 20, null, null, 1, 0, true, '{"products":[1],"categories":[]}', now(), now(), null);
    insert into baskets values (1, 1, 833.33, null, now(), now(), null);
    insert into basket_items values (1, 1, 1, 1, 833.33, now(), now());
    insert into basket_promo_code values (1, 1, 1, now(), now());
    insert into product_copies values (1, 'A-1', 'Ordinateur', 833.33, 5, null, null), (2, 'A_2', 'Écran', 100, 0, null, null);
    insert into vat_copies values (1, 20);
    insert into type_copies values (1, 1);
    insert into product_type_copies values (1, 1, 1);
    insert into address_copies values (1, 1, 'both', true);
    """,
    "orders_service_db": """
    insert into order_status values (1, 'pending', 'en attente', now(), now()), (2, 'confirmed', 'confirmée', now(), now());
    insert into orders values
      (1, 'ORD-20260101-0001', 1, 1, null, 1, 833.33, 1000, 0, 166.67, null, null, '2026-01-01', now(), null),
      (2, 'ORD-20260101-0002', 1, 1, 1, 2, 10, 12, 0, 2, 'note', null, '2026-01-01', now(), null),
      (3, 'ORD-20260102-0001', 1, 1, 1, 1, 10, 12, 0, 2, null, null, '2026-01-02', now(), null);
    insert into order_items values
      (1, 1, 1, 'Ordinateur', 'A-1', 1, 833.33, 1000, 833.33, 0, 166.67, 1000, 20, now(), now());
    """,
    "deliveries_service_db": """
    insert into status values
      (1, 'pending', '#6c757d', 'en attente', now(), now(), null), (3, 'shipped', '#17a2b8', 'expédiée', now(), now(), null);
    insert into sale_points values
      (1, 'MNS Paris Centre', 'PAR001', '12 rue de Rivoli', 'Paris', '75001', 'France', null, null, '{"sunday":"closed"}', true, 48.856614,
        2.3522219, now(), now(), null),
      (2, 'MNS Roissy', 'ENT001', null, 'Roissy-en-France', '95700', 'France', null, null, null, true, 49.00969, 2.547925, now(), now(), null),
      (3, 'MNS Lyon', 'LYN001', null, 'Lyon', '69002', 'France', null, null, null, true, 45.7578137, 4.8320114, now(), now(), null),
      (4, 'MNS Fermé', 'PAR002', null, 'Paris', '75002', 'France', null, null, null, false, 48.857, 2.353, now(), now(), null);
    insert into deliveries values
      (1, 'a', 1, null, 3, 'standard', 5.99, '1 rue X', null, '2026-01-08', null, '2026-01-02', 'DHL', 'JD1',
        '{"events":[{"code":"TRANSIT","occurred_at":"2026-01-02T00:00:00Z","city":"Paris","country":"FR","description":null}],"current_location":null,"signature_required":null}',
        'First Last', null, null, '2026-01-01', now(), null),
      (2, 'DEL-PICKUP-00000001', 2, 1, 1, 'pickup', 0, null, null, '2026-01-03', null, null, null, null, null, null, null, null, '2026-01-01', now(), null);
    insert into order_copies values (1, 'ORD-20260101-0001', 1, 1), (2, 'ORD-20260101-0002', 1, 1), (3, 'ORD-20260102-0001', 1, 1);
    """,
    "websites_service_db": """
    insert into users values (1, 'First Last', 'First', 'Last', 'a@example.org', null, null, null, now(), now(), null);
    insert into websites values
      (1, 1, 'Boutique', 'shop.example.org', 'boutique', 'default', '#000000', '#FFFFFF', null, null,
        '{"general":{"currency":"EUR"}}', true, '2026-01-01', now(), null),
      (2, 5, 'Atelier', 'atelier.example.org', 'atelier', 'default', '#000000', '#FFFFFF', null, null, null, false, now(), now(), null),
      (3, 5, 'Gone', 'gone.example.org', 'gone', 'default', '#000000', '#FFFFFF', null, null, null, true, now(), now(), now());
    """,
    "sav_service_db": """
    insert into support_tickets values
      (1, 'TKT-1', 1, 'Écran cassé', 'Il ne s''allume pas', 'medium', 'in_progress', 'shipping', 1, 1, '{"tags": ["a"]}', null, null,
        '2026-01-01', now()),
      (2, 'a', 0, 'Question', 'Sans compte', 'high', 'open', null, null, null, '{"sla_breaches": []}', null, null, '2026-01-02', now()),
      (3, 'TKT-3', 7, 'Facture', 'Elle manque', 'low', 'resolved', 'billing', 8, null, null, now(), null, '2026-01-03', now());
    insert into ticket_messages values
      (1, 1, 1, 'customer', 'Bonjour', false, null, '2026-01-01', now()), (2, 1, 8, 'agent', 'Bonjour', false, null, '2026-01-02', now()),
      (3, 3, 8, 'agent', 'Entre nous', true, null, '2026-01-03', now());
    insert into ticket_attachments values
      (1, 1, 1, 'photo.png', 'a.png', 'tickets/1/a.png', 'image/png', 10, now(), now()),
      (2, 3, 3, 'note.pdf', 'b.pdf', 'tickets/3/b.pdf', 'application/pdf', 10, now(), now());
    insert into users values (1, 'a@example.org', 'First', 'Last', now(), now(), null);
    insert into order_copies values (1, 'ORD-20260101-0001', 1, 1000, 'delivered', false, now());
    insert into order_line_copies values (1, 1, 1, 3, 100, 20), (2, 1, 2, 1, 10, 2);
    insert into returns values
      (1, 1, 1, 1, 'defect', 'requested', 'Cassé', null, null, null, null, null, null, null, null, '2026-01-01', now());
    insert into return_lines values (1, 1, 1, 1, 2, null, null, null, null, null, now(), now());
    """,
    "questions_service_db": """
    insert into questions values
      (1, 1, 1, 'Matière', 'De quoi est-ce fait exactement ?', true, '2026-01-01', now(), null),
      (2, 7, null, null, 'Quand livrez-vous à l''étranger ?', false, '2026-01-02', now(), null),
      (3, 7, 9, null, 'Le produit disparu est-il solide ?', true, '2026-01-03', now(), null),
      (4, 7, null, 'Livraison', 'Livrez-vous en Corse aussi ?', true, '2026-01-04', now(), null);
    insert into answers values
      (1, 1, 7, 'C''est en laine.', false, 3, '2026-01-01', now(), null), (2, 1, 8, 'C''est en coton.', true, 0, '2026-01-02', now(), null),
      (3, 1, 9, 'Je ne sais pas.', false, 3, '2026-01-03', now(), null), (4, 4, 8, 'Oui, chaque semaine.', true, 0, now(), now(), null);
    insert into product_copies values (1, null), (9, now());
    insert into users values
      (1, 'a@example.org', 'First', 'Last', now(), now(), null), (7, 'b@example.org', 'Gone', 'Away', now(), now(), now());
    """,
    "contacts_service_db": """
    insert into contacts (id, email, phone, tags, notes, newsletter_subscribed, created_at, updated_at) values
      (1, 'zoe@example.org', '+33', '["VIP"]', '=1', true, '2026-01-01', now()), (2, 'b@example.org', null, '[]', null, false, '2026-01-02', now());
    insert into contact_tags values (1, 'VIP', '#007bff', null, 'custom', 1, '2026-01-01', now());
    insert into contact_lists values
      (1, 'Clients', null, true, 'custom', 'active', null, false, 1, 1, null, null, '2026-01-01', now()),
      (2, 'Clés', null, true, 'custom', 'active', null, false, 0, 1, null, null, '2026-01-02', now());
    insert into contact_list_contacts values (1, 1, 1, 'active', '2026-01-01', null, 1, '2026-01-01', now());
    """,
    "newsletters_service_db": """
    insert into newsletters values
      (1, 'zoe@example.org', 'Zoé', null, 'subscribed', '{"categories": ["news"]}', '2026-01-01', null, 'website', 'a', 0, null, null,
        '2026-01-01', now(), null),
      (2, 'b@example.org', null, null, 'subscribed', null, '2026-01-02', null, 'api', 'b', 0, null, null, '2026-01-02', now(), null),
      (3, 'c@example.org', null, null, 'bounced', '{"categories": ["news"]}', '2026-01-03', null, 'api', 'c', 3, now(), null, '2026-01-03',
        now(), null);
    insert into email_templates values
      (1, 'Bienvenue', 'welcome-email', 'Bonjour', '<p>Bonjour</p>', null, null, 'transactional', true, 1, null, '2026-01-01', now(), null);
    insert into campaigns values
      (1, 'Janvier', 'Nouveau', '<p>Bonjour</p>', null, 'sent', null, '2026-01-05', 1, 
        '{"status":[],"preferences":{"categories":["news"]},"subscription_source":[],"exclude_bounced":false}', 'newsletter', null, 1, 1, 1, 1, 0, 0, 0, null, '2026-01-04', now(), null);
    insert into newsletter_campaigns (id, newsletter_id, campaign_id, status, sent_at, opened_at, open_count, created_at, updated_at) values
      (1, 1, 1, 'opened', '2026-01-05', '2026-01-06', 2, '2026-01-05', now());
    """,
  ]
}
