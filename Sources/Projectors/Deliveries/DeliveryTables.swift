import Aggregates
import EventSourcing
import JSON

/// The tables of `deliveries_service_db`.
enum DeliveryTables {
  static let statuses = Table(
    "status",
    [
      Column("id", .bigint), Column("name", .text), Column("color", .text), Column("description", .text),
      Column("created_at", .timestamptz), Column("updated_at", .timestamptz), Column("deleted_at", .timestamptz),
    ])
  static let salePoints = Table(
    "sale_points",
    [
      Column("id", .bigint), Column("name", .text), Column("code", .text), Column("address", .text), Column("city", .text),
      Column("postal_code", .text), Column("country", .text), Column("phone", .text), Column("email", .text),
      Column("opening_hours", .jsonb), Column("is_active", .boolean), Column("latitude", .numeric(scale: 8)),
      Column("longitude", .numeric(scale: 8)), Column("created_at", .timestamptz), Column("updated_at", .timestamptz),
      Column("deleted_at", .timestamptz),
    ])
  static let deliveries = Table(
    "deliveries", references: ["sale_point_id": "sale_points", "status_id": "status"],
    unique: [
      Table.UniqueRule(
        "one live delivery an order", "order_id",
        where: "deleted_at is null and status_id not in (\(DeliveryStatusName.returned.id), \(DeliveryStatusName.cancelled.id))")
    ],
    [
      Column("id", .bigint), Column("tracking_number", .text), Column("order_id", .bigint), Column("sale_point_id", .bigint),
      Column("status_id", .bigint), Column("delivery_method", .text), Column("shipping_cost", .numeric(scale: 2)),
      Column("delivery_address", .text), Column("special_instructions", .text), Column("estimated_delivery_date", .timestamptz),
      Column("actual_delivery_date", .timestamptz), Column("shipped_at", .timestamptz), Column("carrier_name", .text),
      Column("carrier_tracking_number", .text), Column("carrier_details", .jsonb), Column("recipient_name", .text),
      Column("recipient_phone", .text), Column("delivery_notes", .text), Column("created_at", .timestamptz),
      Column("updated_at", .timestamptz), Column("deleted_at", .timestamptz),
    ])
  static let orders = Table(
    "order_copies", part: .copies,
    [
      Column("id", .bigint), Column("order_number", .text), Column("user_id", .bigint), Column("shipping_address_id", .bigint),
      Column("website_id", .bigint),
    ])
}

/// Values of the tables' columns.
enum DeliveryRows {
  /// What a carrier said, as the column `carrier_details` shows it.
  static func json(_ details: CarrierDetails) -> [UInt8] {
    JSONWriter.object { json in
      json.array("events", details.reports) { json, report in
        json.field("code", report.code)
        json.field("occurred_at", report.occurredAt.rfc3339)
        json.field("city", report.city)
        json.field("country", report.country)
        json.field("description", report.description)
      }
      if let location = details.location {
        json.object("current_location") { json in
          json.field("city", location.city)
          json.field("country", location.country)
        }
      } else {
        json.null("current_location")
      }
      json.field("signature_required", details.signatureRequired)
    }
  }
}
