public import Aggregates
public import EventSourcing
import ImageResizing
public import Logging
public import ObjectStorage

/// Makes the smaller versions of a product's images, beside the original in the object storage.
///
/// ```
/// ImageAdded ─▶ both versions are made and stored ─▶ ResizeImage
///                                                  └▶ refused, the image being gone: they are removed again
/// ```
///
/// Its keys follow from the original's, and the same picture gives the same bytes: so it may be done twice. A picture that cannot be decoded
/// keeps its original alone, however often it were tried; that is logged.
public final class ImageResizer: StreamSagaPort {
  public typealias Saga = ImageSaga

  public let name = "images"
  public let service: String? = "products"
  public let log: any EventLog
  public let executor: CommandExecutor
  private let objects: ObjectStorage?
  private let scaler = ImageScaler()
  /// So many files are in memory at once.
  private let gate = Gate(2)
  private let logger: Logger

  /// - Parameters:
  ///   - executor: best the one that the routes use, so that both build on the same states in memory.
  ///   - objects: nil where none is configured; what is to be made then waits.
  public init(log: any EventLog, executor: CommandExecutor, objects: ObjectStorage?, logger: Logger) {
    self.log = log
    self.executor = executor
    self.objects = objects
    self.logger = logger
  }

  public static let reactions: [Reaction<ImageResizer>] = [.on(ImageAdded.self, resize)]

  private func resize(_ event: ImageAdded, after message: RecordedEvent) async throws {
    // One that was imported lies elsewhere, or brings its versions.
    guard event.thumbnailURL == nil, event.mediumURL == nil, let versions = ImageVersions(of: event.originalURL) else { return }
    guard let objects else { throw FileKeeper.NoStorage() }
    try await gate.pass { try await self.resize(event, versions, in: objects, after: message) }
  }

  private func resize(
    _ event: ImageAdded, _ versions: ImageVersions, in objects: ObjectStorage, after message: RecordedEvent
  ) async throws {
    let bucket = ImageUpload.bucket.rawValue
    do {
      let original = try await objects.get(bucket: bucket, key: versions.original, maximumBytes: Int(Product.maximumImageSize)).bytes
      let scaled = try await scaler.scale(original, toFit: [Product.mediumImageSide, Product.thumbnailImageSide])
      for (key, bytes) in zip([versions.medium, versions.thumbnail], scaled.versions) {
        try await objects.put(bytes, bucket: bucket, key: key, contentType: scaled.format.mediaType)
      }
    } catch let error as ImageScalingError {
      return leave(event, "\(error)")
    } catch let error as ObjectStorageError where error.code == .noSuchKey || error.code == .tooLarge {
      // It was removed meanwhile; or is larger than images are.
      return leave(event, "\(error)")
    }
    let command = ResizeImage(
      productID: event.productID, imageID: event.imageID, thumbnailURL: "\(bucket)/\(versions.thumbnail)",
      mediumURL: "\(bucket)/\(versions.medium)")
    do {
      // Decided anew each time: the answer to an earlier try may be of before the image was removed.
      _ = try await executor.execute(command, context: context(after: message))
    } catch is ProductRejection {
      // Whoever removed the image did not know of them.
      for key in [versions.medium, versions.thumbnail] { try await objects.delete(bucket: bucket, key: key) }
    }
  }

  private func leave(_ event: ImageAdded, _ reason: String) {
    logger.warning(
      "image has no smaller versions",
      metadata: ["product.id": "\(event.productID)", "image.id": "\(event.imageID)", "reason": "\(reason)"])
  }
}

/// Where the smaller versions of an image lie.
struct ImageVersions: Hashable {
  /// Keys in the bucket of product images.
  let original: String
  let medium: String
  let thumbnail: String

  /// Beside the original: `1/2/ab.jpg` has `1/2/ab-medium.jpg` and `1/2/ab-thumb.jpg`.
  /// - Parameter url: `<bucket>/<key>`; nil for one that lies elsewhere.
  init?(of url: String) {
    let bucket = "\(ImageUpload.bucket.rawValue)/"
    guard url.hasPrefix(bucket) else { return nil }
    original = String(url.dropFirst(bucket.count))
    guard let dot = original.lastIndex(of: "."), !original[dot...].contains("/") else { return nil }
    (medium, thumbnail) = (
      "\(original[..<dot])-medium\(original[dot...])", "\(original[..<dot])-thumb\(original[dot...])"
    )
  }
}
