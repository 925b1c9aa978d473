import EventSourcing
import EventStoreTesting
import HTTPTypes
import JSON
import Testing

@testable import APIGateway

/// What at most one may have, asked for by several at the same time.
@Suite struct UniqueValueTests {
  /// A route that adds, and bodies that ask for the same thing; `~` stands for a number of its own in each, `§` for the thing, which every
  /// second request spells otherwise.
  private static let things: [(thing: String, other: String, path: String, body: String)] = [
    (
      "Zoe@Example.org", "zoe@example.org", "auth/register",
      #"{"firstname":"F~","lastname":"L","email":"§","password":"une phrase ~ assez rare"}"#
    ),
    ("relecteur", "relecteur", "auth/roles", #"{"name":"§"}"#),
    ("catalogue.lire", "catalogue.lire", "auth/permissions", #"{"name":"§"}"#),
    ("Réf-1", "REF-1", "products/admin/products", #"{"name":"P~","ref":"§","price_ht":"1.00","stock":1}"#),
    ("Éclair", "ECLAIR", "products/admin/brands", #"{"name":"§","website":"https://~.example.org"}"#),
    ("Téléphone", "telephone", "products/admin/types", #"{"name":"§"}"#),
    ("TVA réduite", "tva reduite", "products/admin/vat", #"{"name":"§","value_":"~.00"}"#),
    ("Écrans", "ecrans", "products/admin/categories", #"{"name":"§"}"#),
    ("Été", "ete", "products/admin/catalogs", #"{"name":"§"}"#),
    ("Matière", "matiere", "products/admin/attribute-groups", #"{"name":"§"}"#),
    ("Écologie", "ecologie", "products/admin/characteristic-groups", #"{"name":"§"}"#),
    ("Diamètre", "diametre", "products/admin/related-characteristics", #"{"name":"§"}"#),
    ("Noel24", "NOEL24", "baskets/admin/promo-codes", #"{"name":"N~","code":"§","discount":"~.00"}"#),
    ("en_révision", "EN_REVISION", "orders/admin/order-status", #"{"name":"§","description":"D~"}"#),
    ("égaré", "EGARE", "deliveries/admin/status", #"{"name":"§"}"#),
    ("Nan002", "NAN002", "deliveries/admin/sale-points", #"{"name":"S~","code":"§"}"#),
    (
      "bienvenue", "bienvenue", "newsletters/templates",
      #"{"name":"T~","slug":"§","subject":"S","html_content":"<p>{{unsubscribe_url}}</p>","variables":{"unsubscribe_url":{"required":true}}}"#
    ),
    ("Zoe@Example.org", "zoe@example.org", "contacts/contacts", #"{"email":"§","first_name":"F~"}"#),
    ("Fidèles", "fideles", "contacts/lists", #"{"name":"§","type":"custom","description":"D~"}"#),
    ("Pressé", "presse", "contacts/tags", #"{"name":"§","description":"D~"}"#),
    ("Boutique.example.com", "boutique.example.com", "websites/websites", #"{"name":"N~","domain":"§","subdomain":"nom-~"}"#),
    ("Atelier-sud", "atelier-sud", "websites/websites", #"{"name":"N~","domain":"d~.example.com","subdomain":"§"}"#),
  ]

  @Test func `of those who ask for the same thing at once exactly one gets it`() async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      let token = try await harness.token(1, .superAdmin)
      for (thing, other, path, body) in Self.things {
        let answers = try await Self.together(8) { number in
          let text = body.replacing("§", with: number % 2 == 0 ? thing : other).replacing("~", with: "\(number)")
          return try await harness.send(.post, "/api/v1/\(path)", text, token: token)
        }
        #expect(answers.count { $0.status == 201 } == 1, "\(path) \(thing): \(answers.map(\.status))")
        for answer in answers where answer.status != 201 {
          #expect([409, 422].contains(answer.status), "\(path) \(thing)")
          #expect(try answer.code == "already-taken", "\(path) \(thing)")
        }
      }
    }
  }

  @Test func `a vote counts once, however often it is cast at once`() async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      func id(_ path: String, _ body: String, _ user: Int64) async throws -> Int64 {
        let answer = try await harness.send(.post, "/api/v1/questions/\(path)", body, token: harness.token(user, .superAdmin))
        return try #require(try answer.json["data"]?["id"]?.int64Value)
      }
      let question = try await id("questions", #"{"question":"Est-ce vraiment solide ?"}"#, 5)
      let answer = try await id("questions/\(question)/answers", #"{"answer":"Oui, certainement."}"#, 6)
      let path = "/api/v1/questions/questions/\(question)/answers/\(answer)/helpful"
      let token = try await harness.token(7, .superAdmin)
      let answers = try await Self.together(8) { _ in try await harness.send(.post, path, token: token) }
      #expect(answers.count { $0.status == 200 } == 1, "\(answers.map(\.status))")
      for answer in answers where answer.status != 200 { #expect(answer.status == 409) }
    }
  }

  /// Runs something several times at once.
  static func together<Result: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) async throws -> Result
  ) async throws -> [Result] {
    try await withThrowingTaskGroup(of: Result.self) { group in
      for number in 1...count { group.addTask { try await body(number) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
  }
}
