import JSON
import Postgres
import Testing

@testable import APIGateway

@Suite struct QueryTests {
  static let listing = Listing(
    "test.things",
    Resource(
      "thing", table: "things", from: "things t", id: "t.id",
      fields: [
        .id("id", "t.id"), .time("created_at", "t.created_at").sortable, .decimal("price", "t.price").sortable,
        .text("shade", "t.shade").nullable.sortable,
      ],
      relations: [
        .many(
          "parts", Resource("part", table: "parts", from: "parts p", id: "p.id", fields: [.id("id", "p.id")]), on: "true", order: "p.id")
      ],
      filters: [
        Filter("price_min", alias: "min_price", .decimal(scale: 2, min: 0, max: 1_000), "t.price >= $?::numeric") {
          .text(DecimalText.text($0, scale: 2))
        }
      ]),
    where: ["t.owner = $1"], fixedParameters: 1, defaultSort: "-created_at")

  private func request(_ query: String) throws -> Listing.Request {
    let reader = try InputReader(path: [], query: PercentCoding.pairs(query)!, body: nil)
    return try InputReader.read(reader) { Self.listing.read(&$0) }
  }

  @Test func `a list without parameters is the first page in the declared order`() throws {
    let request = try request("")
    #expect(request.sortText == "-created_at")
    #expect(request.limit == 20)
    #expect(request.offset == 0)
  }

  @Test func `the original's parameters mean the same`() throws {
    #expect(try request("sort_by=price&sort_order=asc&per_page=7&page=3").sortText == "price")
    #expect(try request("sort_by=price").sortText == "-price")
    let request = try request("per_page=7&page=3&min_price=1.50")
    #expect((request.limit, request.offset) == (7, 14))
    #expect(request.filters.count == 1)
  }

  @Test(arguments: [
    ("limit=0", "invalid-parameter"), ("limit=101", "invalid-parameter"), ("limit=x", "invalid-parameter"),
    ("sort=name", "invalid-parameter"), ("cursor=xyz", "invalid-cursor"), ("limit=1&limit=2", "unknown-parameter"),
    ("filter[nothing]=1", "unknown-parameter"), ("include=nothing", "invalid-parameter"), ("fields[thing]=nothing", "invalid-parameter"),
    ("fields[nothing]=id", "unknown-parameter"), ("fields[thing]=id,id", "invalid-parameter"), ("fields[thing]=", "invalid-parameter"),
    ("sort=price,-price", "invalid-parameter"), ("sort=price,", "invalid-parameter"), ("page=1001&per_page=100", "invalid-parameter"),
    ("min_price=1.555", "invalid-parameter"),
  ]) func `wrong parameters of a list are refused`(query: String, code: String) throws {
    let problem = try #require(throws: Problem.self) { try request(query) }
    #expect(problem.code.rawValue == code)
    #expect(problem.code.status == 400)
  }

  @Test func `a cursor belongs to its order`() throws {
    let cursor = Cursor(sort: "price", isBackward: false, keys: ["1.50"], id: 9)
    #expect(Cursor(text: cursor.text) == cursor)
    let several = Cursor(sort: "price,-shade", isBackward: true, keys: ["1.50", nil], id: 9)
    #expect(Cursor(text: several.text) == several)
    #expect(throws: Problem.self) { try request("sort=price&cursor=\(Cursor(sort: "price", isBackward: false, keys: [], id: 9).text)") }
    #expect(try request("sort=price&cursor=\(cursor.text)").cursor == cursor)
    #expect(try request("cursor=\(cursor.text)").sortText == "price")
    #expect(throws: Problem.self) { try request("sort=-price&cursor=\(cursor.text)") }
  }

  @Test func `what is asked for decides the statement, and values are always bound`() throws {
    let first = Self.listing.statement(try request("min_price=1"), fixed: [.int64(1)]).0
    let again = Self.listing.statement(try request("min_price=2"), fixed: [.int64(2)]).0
    #expect(first.statement == again.statement)
    let cursor = Cursor(sort: "price", isBackward: true, keys: ["1'; drop"], id: 9)
    let (other, values) = Self.listing.statement(try request("cursor=\(cursor.text)&min_price=2"), fixed: [.int64(1)])
    #expect(other.statement.name == "test.things 20 price+price_min<1")
    #expect(!other.statement.sql.contains("drop"))
    #expect(other.statement.sql.contains("(t.price, t.id) < ($3::numeric, $4)"))
    #expect(values.count == 4)
  }

  @Test func `ways of asking beyond a bound are not kept prepared`() {
    let variants = Variants<Bool>()
    for number in 0..<Variants<Bool>.capacity { #expect(variants.find("\(number)") { $0 }) }
    #expect(!variants.find("one more") { $0 })
    #expect(variants.find("7") { $0 })
  }

  @Test func `an include that would bring too much is refused`() throws {
    #expect(try request("include=parts&limit=100").asked.includes == ["parts"])
    let rules = RepresentationRules(Self.listing.resource, embedding: [])
    let reader = try InputReader(path: [], query: [("include", "parts")], body: nil)
    let problem = try #require(throws: Problem.self) { try InputReader.read(reader) { rules.read(&$0, rows: 251) } }
    #expect(problem.errors.first?.pointer == "?include")
  }

  @Test func `what is not among the choices is named`() throws {
    let problem = try #require(throws: Problem.self) { try request("include=parts,wings") }
    #expect(problem.errors.map(\.pointer) == ["?include"])
    #expect(problem.errors[0].limit?.contains("wings") == true)
  }

  @Test(arguments: [("0", 0), ("12", 1_200), ("12.5", 1_250), ("12.50", 1_250), ("0.01", 1)])
  func `amounts are read exactly`(text: String, cents: Int64) throws {
    let field = DecimalField(scale: 2, range: 0...9_999_999_999)
    #expect(try field.read(.string(text)) == cents)
    #expect(try field.read(.number(text)) == cents)
  }

  @Test(arguments: [
    ("12.555", "invalid-format"), ("1e2", "invalid-format"), ("", "invalid-format"), (".5", "invalid-format"), ("5.", "invalid-format"),
    ("-0.01", "too-small"), ("100000000.00", "too-large"), ("99999999999999999999", "too-large"), ("+1", "invalid-format"),
  ]) func `what is no amount is refused`(text: String, code: String) throws {
    let field = DecimalField(scale: 2, range: 0...9_999_999_999)
    let fault = try #require(throws: FieldFault.self) { try field.read(.string(text)) }
    #expect(fault.code.rawValue == code)
  }

  @Test func `preferences, languages and tags are read leniently`() {
    #expect(Preference.waitSeconds("respond-async, wait=5") == 5)
    #expect(Preference.waitSeconds("wait=-1") == nil)
    #expect(Language(accepting: "en;q=0.1, fr;q=0.2") == .french)
    #expect(Language(accepting: "de") == .english)
    #expect(ETag.matches("\"v1\", W/\"v2\"", "\"v2\""))
    #expect(!ETag.matches("\"v1\"", "\"v2\""))
  }
}
