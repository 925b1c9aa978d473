#if canImport(Glibc)
import Glibc
#endif

/// A box of latitudes and longitudes, in degrees, that holds every place within a distance of another one.
struct GeoBox: Sendable, Hashable {
  /// Of the earth, in kilometres.
  static let earthRadius = 6_371.0

  var latitudes: ClosedRange<Double>
  /// All of them where a pole or the date line is near.
  var longitudes: ClosedRange<Double>

  /// - Parameter radius: in kilometres.
  init(latitude: Double, longitude: Double, radius: Double) {
    let angle = radius / Self.earthRadius
    let height = angle * 180 / .pi
    latitudes = max(-90, latitude - height)...min(90, latitude + height)
    // A circle of that size touches these meridians: sin(width) = sin(angle) / cos(latitude).
    let ratio = sin(angle) / cos(latitude * .pi / 180)
    let width = ratio < 1 ? asin(ratio) * 180 / .pi : 180
    let isWhole = abs(latitude) + height >= 90 || abs(longitude) + width > 180
    longitudes = isWhole ? -180...180 : longitude - width...longitude + width
  }
}
