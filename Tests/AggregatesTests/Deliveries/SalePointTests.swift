import EventSourcing
import EventStoreTesting
import JSON
import Testing

@testable import Aggregates

@Suite struct SalePointTests {
  @Test(arguments: [
    (SalePoint.Row(name: " "), FieldError("name", .blank)),
    (SalePoint.Row(name: "A", code: String(repeating: "x", count: 51)), FieldError("code", .tooLong(maximum: 50))),
    (SalePoint.Row(name: "A", postalCode: "12345678901"), FieldError("postal_code", .tooLong(maximum: 10))),
    (SalePoint.Row(name: "A", phone: String(repeating: "1", count: 21)), FieldError("phone", .tooLong(maximum: 20))),
    (SalePoint.Row(name: "A", email: "nobody"), FieldError("email", .malformed)),
    (SalePoint.Row(name: "A", latitude: "90.1", longitude: "0"), FieldError("latitude", .outOfRange(minimum: -90, maximum: 90))),
    (SalePoint.Row(name: "A", latitude: "1", longitude: "-181"), FieldError("longitude", .outOfRange(minimum: -180, maximum: 180))),
    (SalePoint.Row(name: "A", latitude: "1"), FieldError("longitude", .blank)),
  ])
  func `each wrong field is named`(row: SalePoint.Row, error: FieldError) async throws {
    try await Scenario().when(AddSalePoint(id: SalePointID(1_000), row: row)).thenRejected(ReferenceRejection.invalid(error))
  }

  @Test func `a code is one point's, also after that was deleted`() async throws {
    let scenario = try await Scenario().given(AddSalePoint(id: SalePointID(1_000), row: .init(name: "A", code: "PAR009")))
      .given(RemoveSalePoint(id: SalePointID(1_000), usedBy: 0))
    await #expect { try await scenario.when(AddSalePoint(id: SalePointID(1_001), row: .init(name: "B", code: "par009"))) } throws: {
      error in
      if case CommandError.refused(.claimTaken("sale-point-code:par009", _)) = error { true } else { false }
    }
  }

  @Test(
    arguments: [
      (#"{"monday":{"open":"09:00","close":"24:00"},"sunday":"closed"}"#, nil), ("{}", nil), ("[]", "opening_hours"),
      (#"{"funday":"closed"}"#, "opening_hours/funday"), (#"{"monday":"open"}"#, "opening_hours/monday"),
      (#"{"monday":{"open":"19:00","close":"09:00"}}"#, "opening_hours/monday"),
      (#"{"monday":{"open":"9:00","close":"19:00"}}"#, "opening_hours/monday"),
      (#"{"monday":{"open":"09:60","close":"19:00"}}"#, "opening_hours/monday"),
      (#"{"monday":{"open":"09:00","close":"24:01"}}"#, "opening_hours/monday"),
      (#"{"monday":{"open":"09:00"}}"#, "opening_hours/monday"),
    ] as [(String, String?)])
  func `opening hours are spans of a day, or closed`(text: String, field: String?) throws {
    let json = try JSONValue(parsing: text)
    do {
      let hours = try OpeningHours(json)
      #expect(field == nil)
      #expect(hours.json == json)
    } catch {
      #expect(error.field == field)
    }
  }

  @Test func `default rows fit their rules, and the machine's statuses keep their names`() async throws {
    #expect(DeliveryStatus.defaultRows.count == 11)
    #expect(SalePoint.defaultRows.count == 10)
    for (id, row) in SalePoint.defaultRows { #expect(try await Scenario().when(SeedSalePoint(id: id, row: row)).recorded.count == 1) }
    var scenario = Scenario()
    for (id, row) in DeliveryStatus.defaultRows { scenario = try await scenario.when(SeedDeliveryStatus(id: id, row: row)).and }
    try await scenario.when(RemoveDeliveryStatus(id: DeliveryStatusID(1), usedBy: 0))
      .thenRejected(ReferenceRejection.fixed(kind: "deliverystatus", id: 1))
    try await scenario.when(ChangeDeliveryStatus(id: DeliveryStatusID(1)) { $0.name = "waiting" })
      .thenRejected(ReferenceRejection.fixed(kind: "deliverystatus", id: 1))
    try await scenario.when(ChangeDeliveryStatus(id: DeliveryStatusID(1)) { $0.color = "red" })
      .thenRejected(ReferenceRejection.invalid(FieldError("color", .malformed)))
    #expect(try await scenario.when(ChangeDeliveryStatus(id: DeliveryStatusID(1)) { $0.color = "#ABCDEF" }).recorded.count == 1)
  }

  @Test func `tracking numbers have the page's form, and none of a day comes twice`() {
    let day = ParisDay(at: Timestamp(rfc3339: "2026-11-24T12:00:00Z")!)
    let numbers = (0..<20_000).map { TrackingNumber.text(.standard, on: day, count: Int64($0)) }
    #expect(Set(numbers).count == numbers.count)
    #expect(numbers.allSatisfy { $0.wholeMatch(of: /DEL-2026-11-24-[0-9A-Z]{6}/) != nil })
    #expect(TrackingNumber.text(.pickup, on: day, count: 0).wholeMatch(of: /DEL-PICKUP-[0-9A-Z]{8}/) != nil)
    #expect(TrackingNumber.counter(.express, on: day) == "tracking-number-20261124")
  }
}
