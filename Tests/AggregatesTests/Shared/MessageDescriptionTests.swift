import EventSourcing
import JSON
import Testing

@testable import Aggregates

@Suite struct MessageDescriptionTests {
  private static let found = Result { try MessageCatalogue.descriptions() }

  private func schema(_ key: String) throws -> JSONValue {
    try #require(Self.found.get().first { $0.name.routingKey == key }).data.schema
  }

  private func field(_ key: String, _ path: String...) throws -> JSONValue {
    var schema = try schema(key)
    for name in path { schema = try #require(schema["properties"]?[name] ?? schema["items"]?["properties"]?[name], "\(key) \(name)") }
    return schema
  }

  @Test func `every routing key is described once, in order, with the events behind it`() throws {
    let messages = try Self.found.get()
    #expect(messages.map(\.name.routingKey) == MessageCatalogue.routingKeys)
    #expect(Set(messages.flatMap(\.events).map(\.name)) == Set(MessageCatalogue.all.map(\.event.name)))
    #expect(messages.allSatisfy { $0.data.fields?.isEmpty == false })
    let updated = try #require(messages.first { $0.name.routingKey == "auth.user.updated" })
    #expect(updated.events.map(\.name) == ["UserRenamed", "EmailChanged", "EmailVerified"])
  }

  @Test func `nothing is left unknown but what its writer chose: each list says of what, each field of what type`() throws {
    var unknown: [String] = []
    func look(_ schema: JSONValue, _ path: String) {
      if schema == [:] { unknown.append(path) }
      for (name, field) in schema["properties"]?.objectValue ?? [] { look(field, "\(path) \(name)") }
      let types = schema["type"]?.arrayValue ?? schema["type"].map { [$0] } ?? []
      if types.contains("array") { if let items = schema["items"] { look(items, "\(path)[]") } else { unknown.append("\(path)[]") } }
      for one in schema["anyOf"]?.arrayValue ?? [] { look(one, path) }
    }
    for message in try Self.found.get() { look(message.data.schema, message.name.routingKey) }
    #expect(
      unknown == [
        "deliveries.sale_point.created opening_hours", "deliveries.sale_point.updated opening_hours",
      ])
  }

  @Test func `ids are integers, amounts decimals, times RFC 3339, names those that the code has`() throws {
    #expect(try field("orders.order.created", "order_id") == ["type": "integer"])
    let amount: JSONValue = ["type": "string", "pattern": "^-?[0-9]+\\.[0-9]{2}$"]
    #expect(try field("orders.order.created", "total_amount_ttc") == amount)
    #expect(try field("orders.order.created", "items", "unit_price_ht") == amount)
    #expect(try field("orders.order.created", "created_at") == ["type": "string", "format": "date-time"])
    #expect(try field("orders.order.created", "payment_method") == ["type": "string", "enum": ["card", "transfer"]])
    #expect(try field("orders.order.cancelled", "cancelled_by") == ["type": "string", "enum": ["customer", "administrator", "system"]])
    #expect(try field("products.inventory.updated", "reason")["enum"]?.arrayValue?.contains("order_placed") == true)
  }

  @Test func `null is allowed where a value can be missing or forgotten, and nowhere else`() throws {
    #expect(try field("orders.order.created", "website_id") == ["type": ["integer", "null"]])
    #expect(try field("auth.user.created", "email") == ["type": ["string", "null"]])
    #expect(try field("auth.user.created", "user_id") == ["type": "integer"])
    #expect(try field("baskets.promo_code.created", "max_discount")["type"] == ["string", "null"])
    #expect(try field("baskets.promo_code.created", "valid_until")["type"]?.arrayValue?.contains("null") == true)
  }

  @Test func `a field that only some messages of a key have is not required`() throws {
    let user = try field("auth.user.updated", "updated_fields")
    #expect(user["required"] == nil)
    #expect(user["properties"]?.objectValue?.map(\.key).sorted() == ["email", "email_verified_at", "firstname", "lastname"])
    #expect(try schema("auth.user.updated")["required"] == ["user_id", "updated_fields", "updated_at"])
    // Written only where the category is another one than before.
    let ticket = try field("sav.ticket.updated", "changes")
    #expect(ticket["required"] == nil)
    #expect(ticket["properties"]?.objectValue?.map(\.key).sorted() == ["category", "priority", "subject"])
  }
}
