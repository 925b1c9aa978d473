import HTTPTypes
import JSON
import Postgres
import Testing

@testable import APIGateway

/// What staff looks for: customers, contacts, orders and tickets, with case, accents and single letters wrong.
@Suite struct StaffSearchTests {
  /// Few that are looked for among many that are not.
  private static let rows = [
    "auth_service_db": """
    insert into users
      select n, 'Nom' || md5(n::text), 'Prénom', n || '@example.net', null, 'x', null, now(), now(), null from generate_series(1000, 4000) n;
    insert into users values
      (70, 'Lefèvre', 'Éloïse', 'eloise@boutique.example', null, 'x', null, now(), now(), null),
      (71, 'Martin', 'Jean-Paul', 'jp.martin@example.org', null, 'x', null, now(), now(), null);
    analyze users;
    """,
    "contacts_service_db": """
    insert into contacts (id, email, first_name, last_name, created_at, updated_at)
      select n, n || '@example.net', 'Prénom', 'Nom' || md5(n::text), now(), now() from generate_series(1000, 4000) n;
    insert into contacts (id, email, first_name, last_name, company, created_at, updated_at) values
      (70, 'eloise@boutique.example', 'Éloïse', 'Lefèvre', null, now(), now()),
      (71, 'jp.martin@example.org', 'Jean-Paul', null, 'Tissus Dubois', now(), now());
    analyze contacts;
    """,
    "orders_service_db": """
    insert into orders select n, 'ORD-20250101-' || n, n, 1, null, 1, 10, 12, 0, 2, null, null, '2025-01-01', now(), null
      from generate_series(1000, 4000) n;
    insert into orders values
      (70, 'ORD-20260301-0007', 70, 1, null, 1, 10, 12, 0, 2, null, null, '2026-03-01', now(), null),
      (71, 'ORD-20260301-0008', 71, 1, null, 1, 10, 12, 0, 2, null, null, '2026-03-02', now(), null);
    insert into product_copies values (70, 'Réf-70', 'Lampe', 10, 5, null, null);
    insert into product_copies select n, 'R-' || n, 'Produit', 10, 5, null, null from generate_series(1000, 4000) n;
    insert into order_items values (70, 71, 70, 'Lampe', 'Réf-70', 1, 10, 12, 10, 0, 2, 12, 20, now(), now());
    insert into order_items select n, n, n, 'Produit', 'R-' || n, 1, 10, 12, 10, 0, 2, 12, 20, now(), now()
      from generate_series(1000, 4000) n;
    analyze orders; analyze product_copies; analyze order_items;
    """,
    "sav_service_db": """
    insert into support_tickets values
      (70, 'TKT-00AB70', 1, 'Livraison égarée', 'Rien reçu', 'low', 'open', null, null, null, null, null, null, now(), now());
    """,
  ]

  private static let expected: [(path: String, text: String, ids: [Int64])] = [
    ("auth/users", "lefevre", [70]), ("auth/users", "LEFEVER", [70]), ("auth/users", "lefebre eloise", [70]), ("auth/users", "mart", [71]),
    ("auth/users", "jean paul", [71]), ("auth/users", "Eloise@", [70]), ("auth/users", "personne", []), ("auth/users", "%", []),
    ("contacts/contacts", "lefevre", [70]), ("contacts/contacts", "éloïze lefèvre", [70]), ("contacts/contacts", "dubois", [71]),
    ("contacts/contacts", "tisus dubois", [71]), ("contacts/contacts", "JP.martin", [71]), ("contacts/contacts", "personne", []),
    ("orders/admin/orders", "ord-20260301", [71, 70]), ("orders/admin/orders", "ORD-20260301-0008", [71]),
    ("orders/admin/orders", "ref-70", [71]), ("orders/admin/orders", "RÉF-70", [71]), ("orders/admin/orders", "personne", []),
    ("sav/tickets", "livraison egaree", [70]), ("sav/tickets", "livraisson", [70]), ("sav/tickets", "tkt-00ab", [70]),
  ]

  @Test func `customers, contacts, orders and tickets are found by what staff has at hand`() async throws {
    try await ReadDatabases.with { databases in
      for (database, rows) in Self.rows { try await databases.execute(database, rows) }
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      let token = try await harness.token(1, .superAdmin)
      for (path, text, ids) in Self.expected {
        let answer = try await harness.send(.get, "/api/v1/\(path)?search=\(PercentCoding.encode(text))", token: token)
        #expect(answer.status == 200, "\(path) \(text)")
        let found = try answer.json["data"]?.arrayValue?.compactMap { $0["id"]?.int64Value } ?? []
        #expect(found == ids, "\(path) \(text): \(found)")
      }
    }
  }

  @Test func `the searches walk indexes, not the tables`() async throws {
    try await ReadDatabases.with(only: ["auth_service_db", "contacts_service_db", "orders_service_db"]) { databases in
      for (database, rows) in Self.rows where database != "sav_service_db" { try await databases.execute(database, rows) }
      func plan(_ listing: Listing, _ text: String, _ side: ReadSide) async throws -> String {
        let reader = try InputReader(path: [], query: [(name: "search", value: text)], body: nil)
        let (compiled, parameters) = listing.statement(try InputReader.read(reader) { listing.read(&$0) }, fixed: [])
        let rows = try await side.client.query(.unprepared("explain \(compiled.statement.sql)"), parameters)
        return try rows.map { try $0.string(0) }.joined(separator: "\n")
      }
      let sides = databases.sides
      for (listing, side, table, indexes) in [
        (AuthResources.accounts, sides.auth, "users", ["users_name_search_index", "users_email_unique"]),
        (ContactResources.all, sides.contacts, "contacts", ["contacts_name_search_index", "contacts_email_search_index"]),
        (OrderResources.all, sides.orders, "orders", ["orders_order_number_search_index", "product_copies_ref_search_index"]),
      ] {
        let plan = try await plan(listing, "eloise lefevre", side)
        for index in indexes { #expect(plan.contains(index), "\(table): \(plan)") }
        #expect(!plan.contains("Seq Scan on \(table) "), "\(table): \(plan)")
      }
    }
  }
}
