public import Aggregates

/// Which parcel a carrier is asked about.
public struct TrackingRequest: Sendable, Hashable {
  /// As it stands in the delivery: `DHL`.
  public var carrierName: String
  /// The carrier's number for the parcel.
  public var trackingNumber: String

  public init(carrierName: String, trackingNumber: String) {
    self.carrierName = carrierName
    self.trackingNumber = trackingNumber
  }
}

/// What a carrier knows of a parcel.
public struct TrackingAnswer: Sendable, Hashable {
  /// All of them or only new ones, in any order.
  public var reports: [CarrierReport]
  /// Nil where the carrier does not say.
  public var signatureRequired: Bool?

  public init(reports: [CarrierReport] = [], signatureRequired: Bool? = nil) {
    self.reports = reports
    self.signatureRequired = signatureRequired
  }
}

/// The carriers. Asking changes nothing, so it may be repeated. An error that is thrown means: ask again later.
public protocol CarrierPort: Sendable {
  func track(_ request: TrackingRequest) async throws -> TrackingAnswer
}
