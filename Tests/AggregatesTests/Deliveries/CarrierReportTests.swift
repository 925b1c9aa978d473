import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

@Suite struct CarrierReportTests {
  private let start = InMemoryEventLog.defaultStart

  private func report(_ code: String, _ minute: Int64, city: String? = nil) -> CarrierReport {
    CarrierReport(code: code, occurredAt: start + .seconds(minute * 60), city: city)
  }

  private func record(_ reports: CarrierReport...) -> RecordCarrierReports {
    RecordCarrierReports(deliveryID: Parcels.id, reports: reports)
  }

  private func shipped() async throws -> Scenario {
    try await Parcels.delivery(.standard, [.processing, .shipped]).later(by: .seconds(86_400))
  }

  @Test func `a report moves the delivery, and told once more changes nothing`() async throws {
    let scenario = try await shipped()
    let result = try await scenario.when(record(report("TRANSIT", 1, city: "Lyon")))
    #expect(result.recorded.map(\.type) == ["CarrierReported", "DeliveryInTransit"])
    #expect(result.answer?.status == .inTransit)
    try await scenario.when(record(report("TRANSIT", 1, city: "Lyon"))).thenNothing()
    #expect(try await scenario.state(of: Delivery.self, Parcels.id).carrier.location?.city == "Lyon")
  }

  @Test func `a report that the status does not take is kept, and carried out when what came before it arrives`() async throws {
    let scenario = try await shipped()
    let early = try await scenario.when(record(report("DELIVERED", 9)))
    #expect(early.recorded.map(\.type) == ["CarrierReported"])
    #expect(early.answer?.status == .shipped)
    let late = try await scenario.when(record(report("TRANSIT", 5)))
    #expect(late.recorded.map(\.type) == ["CarrierReported", "DeliveryInTransit", "DeliveryDelivered"])
    let state = try await scenario.state(of: Delivery.self, Parcels.id)
    #expect(state.carrier.reports.map(\.code) == ["TRANSIT", "DELIVERED"])
    #expect(state.appliedThrough == start + .seconds(540))
  }

  @Test func `an older report than the last one carried out is only kept`() async throws {
    let scenario = try await shipped().given(record(report("TRANSIT", 5))).given(Parcels.move(.failed))
    let old = try await scenario.when(record(report("TRANSIT", 3)))
    #expect(old.recorded.map(\.type) == ["CarrierReported"])
    // One that was carried out is not carried out again by what comes later.
    #expect(try await scenario.when(record(report("SCANNED", 6))).answer?.status == .failed)
    #expect(try await scenario.when(record(report("TRANSIT", 7))).answer?.status == .inTransit)
  }

  @Test(
    arguments: [
      ("DHL", "SHIPMENT_PICKED_UP", DeliveryStatusName.shipped), ("dhl", "TRANSIT", .inTransit), ("DHL", "DELIVERED", .delivered),
      ("DHL", "RETURNED_TO_SHIPPER", .returned), ("UPS", "DISPATCHED", .shipped), ("UPS", "IN_TRANSIT", .inTransit),
      ("ups", "DELIVERED", .delivered), ("UPS", "EXCEPTION", .failed), ("Colissimo", "DISPATCHED", .shipped),
      ("COLISSIMO", "TRANSIT", .inTransit), ("Colissimo", "DELIVERED", .delivered), ("Colissimo", "DISTRIBUTED_BY_RELAY", .delivered),
      ("DHL", "SCANNED", nil), ("Colissimo", "EXCEPTION", nil),
    ] as [(String, String, DeliveryStatusName?)])
  func `each carrier's words mean what the page says`(carrier: String, code: String, status: DeliveryStatusName?) {
    #expect(Carrier(named: carrier)?.status(of: code) == status)
  }

  @Test func `a carrier that is unknown, or not chosen, moves nothing`() async throws {
    let scenario = try await Parcels.delivery()
    try await scenario.when(record(report("TRANSIT", 1))).thenRejected(DeliveryRejection.missing(field: "carrier_name"))
    let other = try await scenario.given(ChangeDelivery(deliveryID: Parcels.id) { $0.carrierName = "A Cousin" })
    #expect(try await other.when(record(report("TRANSIT", 1))).answer?.status == .pending)
    try await scenario.when(record(report("TRANSIT", 3 * 1_440)))
      .thenRejected(DeliveryRejection.invalid(FieldError("occurred_at", .malformed)))
    try await scenario.when(record(report("", 1))).thenRejected(DeliveryRejection.invalid(FieldError("code", .blank)))
  }

  @Test func `a carrier is asked every half hour while it has the parcel`() async throws {
    let scenario = try await Parcels.delivery(.standard, [.processing])
    let poll = "delivery-poll-5000"
    try await scenario.when(Parcels.move(.shipped)).thenTimer(poll, at: start + .seconds(1_800))
    let asked = scenario.later(by: .seconds(1_800))
    try await asked.when(CompletePoll(deliveryID: Parcels.id, reports: [])).thenNothing().thenTimer(poll, at: start + .seconds(3_600))
    let done = CompletePoll(deliveryID: Parcels.id, reports: [report("TRANSIT", 1), report("DELIVERED", 2)])
    #expect(try await asked.when(done).thenTimer(poll, at: nil).recorded.count == 3)
    try await asked.when(done).thenNothing().thenTimer(poll, at: nil)
  }

  @Test func `of many reports the newest are kept`() async throws {
    var details = CarrierDetails()
    let reports = (1...60).map { report("SCANNED", Int64($0)) }
    let isNews = details.add(reports.shuffled(), signatureRequired: nil)
    #expect(isNews)
    #expect(details.reports == Array(reports.suffix(50)))
  }
}
