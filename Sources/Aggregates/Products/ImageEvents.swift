public import EventSourcing
public import JSON

/// What an image of a product is for.
public enum ImageType: String, Sendable, Hashable, CaseIterable {
  /// The one that stands for the product; at most one.
  case main
  case gallery
  case thumbnail
}

/// A product has this image. The file itself lies in object storage.
public struct ImageAdded: Hashable, Sendable {
  public static let type = EventType("ImageAdded", .public)

  public var productID: ProductID
  public var imageID: ImageID
  /// The full-size object.
  public var originalURL: String
  public var thumbnailURL: String?
  public var mediumURL: String?
  /// The name of the uploaded file.
  public var filename: String
  public var imageType: ImageType
  public var altText: String?
  /// Display order, from 0.
  public var position: Int64
  /// Bytes.
  public var size: Int64
  public var mimeType: String
}

extension ImageAdded: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    productID = try json.id("product_id")
    imageID = try json.id("image_id")
    originalURL = try json.string("original_url")
    thumbnailURL = try json.optionalString("thumbnail_url")
    mediumURL = try json.optionalString("medium_url")
    filename = try json.string("filename")
    imageType = try json.name("type")
    altText = try json.optionalString("alt_text")
    position = try json.int64("position")
    size = try json.int64("size")
    mimeType = try json.string("mime_type")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("product_id", productID)
    json.field("image_id", imageID)
    json.field("original_url", originalURL)
    json.field("thumbnail_url", thumbnailURL)
    json.field("medium_url", mediumURL)
    json.field("filename", filename)
    json.field("type", name: imageType)
    json.field("alt_text", altText)
    json.field("position", position)
    json.field("size", size)
    json.field("mime_type", mimeType)
  }
}

/// An image is for something else, or is described or placed otherwise; all three are given.
public struct ImageChanged: Hashable, Sendable {
  public static let type = EventType("ImageChanged", .public)

  public var productID: ProductID
  public var imageID: ImageID
  public var imageType: ImageType
  public var altText: String?
  /// Display order, from 0.
  public var position: Int64
}

extension ImageChanged: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    productID = try json.id("product_id")
    imageID = try json.id("image_id")
    imageType = try json.name("type")
    altText = try json.optionalString("alt_text")
    position = try json.int64("position")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("product_id", productID)
    json.field("image_id", imageID)
    json.field("type", name: imageType)
    json.field("alt_text", altText)
    json.field("position", position)
  }
}

/// The images of a product stand in this order: their positions are their places in the list, from 0.
public struct ImagesReordered: Hashable, Sendable {
  public static let type = EventType("ImagesReordered", .public)

  public var productID: ProductID
  /// All images of the product.
  public var imageIDs: [ImageID]
}

extension ImagesReordered: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    productID = try json.id("product_id")
    imageIDs = try json.ids("image_ids")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("product_id", productID)
    json.field("image_ids", imageIDs)
  }
}

/// Smaller versions of an image lie in object storage beside it.
public struct ImageResized: Hashable, Sendable {
  public static let type = EventType("ImageResized", .public)

  public var productID: ProductID
  public var imageID: ImageID
  public var thumbnailURL: String
  public var mediumURL: String
}

extension ImageResized: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    productID = try json.id("product_id")
    imageID = try json.id("image_id")
    thumbnailURL = try json.string("thumbnail_url")
    mediumURL = try json.string("medium_url")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("product_id", productID)
    json.field("image_id", imageID)
    json.field("thumbnail_url", thumbnailURL)
    json.field("medium_url", mediumURL)
  }
}

/// A product no longer has this image. Its objects are named, so that whoever keeps them can remove them.
public struct ImageRemoved: Hashable, Sendable {
  public static let type = EventType("ImageRemoved", .public)

  public var productID: ProductID
  public var imageID: ImageID
  public var originalURL: String
  public var thumbnailURL: String?
  public var mediumURL: String?
}

extension ImageRemoved: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    productID = try json.id("product_id")
    imageID = try json.id("image_id")
    originalURL = try json.string("original_url")
    thumbnailURL = try json.optionalString("thumbnail_url")
    mediumURL = try json.optionalString("medium_url")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("product_id", productID)
    json.field("image_id", imageID)
    json.field("original_url", originalURL)
    json.field("thumbnail_url", thumbnailURL)
    json.field("medium_url", mediumURL)
  }
}
