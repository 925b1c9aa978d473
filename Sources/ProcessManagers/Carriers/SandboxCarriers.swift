import Aggregates
import EventSourcing

/// Carriers that carry nothing, and say of a parcel what its number says:
///
/// | number | what it is told of |
/// |---|---|
/// | `sandbox_transit` | on its way |
/// | `sandbox_delivered` | on its way, then delivered |
/// | `sandbox_failed` | on its way, then an exception (UPS) |
/// | any other | nothing |
///
/// What follows after a hyphen tells parcels apart. Answers follow from the request alone.
public struct SandboxCarriers: CarrierPort {
  public init() {}

  public func track(_ request: TrackingRequest) async throws -> TrackingAnswer {
    guard let carrier = Carrier(named: request.carrierName) else { return TrackingAnswer() }
    let transit = carrier == .ups ? "IN_TRANSIT" : "TRANSIT"
    let codes: [String] =
      switch request.trackingNumber.prefix(while: { $0 != "-" }) {
      case "sandbox_transit": [transit]
      case "sandbox_delivered": [transit, "DELIVERED"]
      case "sandbox_failed": [transit, "EXCEPTION"]
      default: []
      }
    return TrackingAnswer(
      reports: codes.enumerated().map { index, code in
        CarrierReport(
          code: code, occurredAt: Timestamp(microseconds: 1_767_225_600_000_000 + Int64(index) * 3_600_000_000), city: "Roissy-en-France",
          country: "FR")
      })
  }
}
