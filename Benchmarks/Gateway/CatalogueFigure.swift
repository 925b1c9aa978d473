import Foundation
import JSON
import Migrations
import Postgres

/// `http.catalogue`: the 50 newest products with brand, prices and first image, and the 50 cheapest of a category, asked for by anybody; of
/// three catalogues, the smallest and the largest of which have to answer about as fast.
enum CatalogueFigure {
  /// The second is as large as the demo data's.
  static let sizes = [10_000, 92_331, 1_000_000]
  /// So many that each has 50 products in the smallest catalogue as well.
  static let categories = 200
  static let brands = 6_476
  /// Where the ids of what is made here begin.
  private static let firstID = 5_000
  private static let database = "products_service_db"
  /// What the largest catalogue may lose against the smallest.
  private static let flatness = 0.7

  /// What is asked, and what the middle catalogue has to reach.
  private struct Kind {
    let name: String
    let target: Double
    let questions: [HTTPQuestion]
    /// The ids that the first of them has to answer.
    let rows: String
    let about: String
  }

  private static let kinds = [
    Kind(
      name: "newest", target: 2_000,
      questions: Array(repeating: HTTPQuestion("GET", "/api/v1/products/products?limit=50&include=image"), count: 2),
      rows: "select id from products order by created_at desc, id desc limit 50",
      about: "the 50 newest products with brand, prices and first image"),
    Kind(
      name: "category", target: 1_000,
      questions: (0..<categories).map {
        HTTPQuestion("GET", "/api/v1/products/products?limit=50&include=image&category_id=\(firstID + $0)&sort=price_ht")
      },
      rows: """
        select p.id from products p join product_categories c on c.product_id = p.id where c.category_id = \(firstID)
        order by p.price_ht, p.id limit 50
        """,
      about: "the 50 cheapest of each of \(categories) categories in turn, with brand, prices and first image"),
  ]

  static func measure(_ bench: Bench) async throws -> [Measurement] {
    try await Installation.with(bench.settings) { installation in
      try await installation.up { comptoir in
        try await comptoir.waitUntilLevel()
        // These lists do not use them, and filling a million rows into them takes minutes.
        for index in ["products_name_search_index", "products_ref_search_index"] {
          _ = try await installation.server.rows("drop index live.\(index)", in: database, as: .owner)
        }
        var results: [Measurement] = []
        var smallest: [String: Double] = [:]
        for size in sizes {
          say("  \(size) products")
          try await fill(size, installation.server)
          for kind in kinds {
            try await check(kind, comptoir)
            let outcome = try await Wrk.run(kind.questions, comptoir, bench.settings)
            var line = Measurement(
              name: "http.catalogue.\(kind.name).\(size)", value: outcome.rate, unit: "requests/s",
              settings: [
                ("asked for", kind.about), ("products", String(size)), ("categories", String(categories)), ("indexes for search", "none"),
                ("seconds", String(bench.settings.duration)),
              ] + outcome.settings)
            switch size {
            case sizes.first: smallest[kind.name] = outcome.rate
            case sizes.last:
              line.baseline = smallest[kind.name].map { Baseline(name: "http.catalogue.\(kind.name).\(sizes[0])", value: $0) }
              line.target = .ratio(flatness)
            default: line.target = .atLeast(kind.target)
            }
            results.append(line)
          }
          if size == sizes[1] { results += try await asShipped(installation, bench) }
        }
        return results
      }
    }
  }

  /// The middle catalogue with answers kept as long as they are without a setting.
  private static func asShipped(_ installation: Installation, _ bench: Bench) async throws -> [Measurement] {
    try await installation.up(cacheSeconds: 5) { comptoir in
      var results: [Measurement] = []
      for kind in kinds {
        try await check(kind, comptoir)
        let outcome = try await Wrk.run(kind.questions, comptoir, bench.settings)
        results.append(
          Measurement(
            name: "http.catalogue.\(kind.name).kept", value: outcome.rate, unit: "requests/s", target: .atLeast(kind.target),
            settings: [
              ("asked for", kind.about), ("products", String(sizes[1])), ("answers are kept", "5 s, in Redis, as after make run"),
              ("seconds", String(bench.settings.duration)),
            ] + outcome.settings))
      }
      return results
    }
  }

  /// Makes the catalogue as large as this. The rows are written as such, since only reading is measured.
  private static func fill(_ size: Int, _ server: ScratchServer) async throws {
    let statements = [
      """
      insert into live.categories (id, name) select \(firstID) + n, 'Category ' || n from generate_series(0, \(categories - 1)) n
      on conflict do nothing
      """,
      """
      insert into live.brands (id, name) select \(firstID) + n, 'Manufacturer ' || n from generate_series(0, \(brands - 1)) n
      on conflict do nothing
      """,
      """
      with added as (
        insert into live.products (id, name, ref, price_ht, stock, id_1, created_at, updated_at)
        select \(firstID) + n, 'Article ' || md5(n::text), 'ART-' || n, (abs(hashint8(n)::bigint) % 100000) / 100.0, n % 50,
          \(firstID) + n % \(brands), now() - (2000000 - n) * interval '1 second', now()
        from generate_series((select count(*) from live.products), \(size - 1)) n returning id, price_ht, created_at),
      typed as (
        insert into live.product_types (id, product_id, type_id) select id, id, (select min(id) from live.types) from added),
      placed as (
        insert into live.product_categories (id, product_id, category_id, product_price_ht, product_created_at)
        select id, id, \(firstID) + id % \(categories), price_ht, created_at from added)
      insert into live.product_images (id, product_id, original_url, filename, type, position, size, mime_type)
      select id, id, 'products/' || id || '/image.jpg', 'image.jpg', 'main', 0, 48000, 'image/jpeg' from added
      """,
    ]
    for statement in statements { _ = try await server.rows(statement, in: database, as: .owner) }
    try await server.settle(database)
  }

  /// Compares an answer with the tables before any load.
  private static func check(_ kind: Kind, _ comptoir: Comptoir) async throws {
    let data = try await HTTPConnection.once(comptoir.port, kind.questions[0]).expecting(200).json["data"]?.arrayValue ?? []
    let rows = try await comptoir.installation.server.rows(kind.rows, in: database, as: .reader)
    guard try data.map({ $0["id"]?.int64Value }) == rows.map({ try $0.int64(0) }), data.count == 50,
      data.allSatisfy({ $0["brand"]?["name"] != nil && $0["price_ttc"]?.stringValue != nil && $0["image"]?["id"] != nil })
    else { throw BenchmarkError("the answer to \(kind.questions[0].path) is not what the tables hold") }
  }
}
