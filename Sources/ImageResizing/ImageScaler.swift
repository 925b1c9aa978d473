import CGD
import NIOPosix

/// Makes smaller versions of pictures with libgd, on a thread of its own: decoding takes up to seconds and hundreds of megabytes, which must
/// come neither from the threads that answer requests nor for many pictures at once.
public final class ImageScaler: Sendable {
  /// More is not decoded: 160 MB of memory, for each of one or two copies.
  public static let maximumPixels = 40_000_000

  private let thread = NIOThreadPool(numberOfThreads: 1)

  /// Starts the thread.
  public init() {
    comptoir_gd_silence()
    thread.start()
  }

  deinit {
    thread.shutdownGracefully { _ in }
  }

  /// A picture in smaller versions, upright and in the format that it has. Of one that moves, the first frame; without what the file
  /// tells beside the pixels, such as where a photo was taken. The same bytes give the same bytes again.
  /// - Parameter sides: pixels of the square that a version fits into, the largest first. It is never larger than the picture.
  /// - Returns: the format, and the versions in the order of `sides`.
  /// - Throws: `ImageScalingError`; `CancellationError` when the scaler is gone.
  public func scale(_ bytes: [UInt8], toFit sides: [Int]) async throws -> (format: ImageHeader.Format, versions: [[UInt8]]) {
    try await thread.runIfActive { try Self.scale(bytes, toFit: sides) }
  }

  private static func scale(
    _ bytes: [UInt8], toFit sides: [Int]
  ) throws(ImageScalingError) -> (format: ImageHeader.Format, versions: [[UInt8]]) {
    guard let header = ImageHeader(bytes) else { throw .unreadable }
    guard header.pixels <= maximumPixels else { throw .tooManyPixels(header.pixels) }
    guard var picture = Picture(decoding: bytes, header.format) else { throw .unreadable }
    var versions: [[UInt8]] = []
    for (index, side) in sides.enumerated() {
      // Each of the one before: that is fast, and the eye does not see it.
      picture = try picture.fitted(into: side)
      if index == 0 { picture = try picture.turned(header.orientation) }
      versions.append(try picture.encoded(as: header.format))
    }
    return (header.format, versions)
  }
}

/// Why a picture has no smaller versions. Trying again does not help.
public enum ImageScalingError: Error, Hashable, CustomStringConvertible {
  /// It is damaged, or none of the formats.
  case unreadable
  /// It is larger than what is decoded.
  case tooManyPixels(Int)
  /// There was no memory for it.
  case outOfMemory

  public var description: String {
    switch self {
    case .unreadable: "the picture cannot be decoded"
    case .tooManyPixels(let count): "the picture has \(count) pixels, more than \(ImageScaler.maximumPixels)"
    case .outOfMemory: "there was no memory for the picture"
    }
  }
}
