/// `http.command`: adding to 64 distinct baskets, one line after the other, beside the gateway's own ceiling.
enum HTTPCommand {
  static let baskets = 64
  /// Every basket takes them in turn: the first round makes lines, later ones raise their quantities.
  static let products = 10

  static func measure(_ bench: Bench) async throws -> [Measurement] {
    try await Installation.with(bench.settings) { installation in
      try await installation.up { comptoir in
        let shop = try await Storefront.open(comptoir)
        let products = try await shop.products(products)
        try await comptoir.importSales(JourneyFiles(products: 1, households: baskets))
        let customers = try await shop.customers(baskets)
        let ceiling = try await bench.ceiling.baseline(comptoir, bench.settings)
        say("  adding to \(baskets) baskets, \(bench.settings.duration) s")
        // Neighbours in the list are different baskets, and a thread's share of it holds its own baskets alone.
        let questions = products.flatMap { product in customers.map { $0.adding(product) } }
        let outcome = try await Wrk.run(questions, comptoir, bench.settings)
        let settings =
          [
            ("asked for", "POST baskets/items"), ("baskets", String(baskets)), ("products", String(Self.products)),
            ("idempotency key", "none"), ("seconds", String(bench.settings.duration)),
          ] + outcome.settings
        return [
          Measurement(
            name: "http.command", value: outcome.rate, unit: "requests/s", baseline: ceiling, target: .ratio(0.15), settings: settings),
          Measurement(name: "http.command.p99", value: outcome.p99, unit: "ms", target: .atMost(40), settings: settings),
        ]
      }
    }
  }
}
