extension Product {
  /// What belongs to a product and has rows of its own.
  public struct Parts: Hashable, Sendable {
    public internal(set) var attributes: [AttributeID: Attribute] = [:]
    public internal(set) var characteristics: [CharacteristicID: Characteristic] = [:]
    public internal(set) var images: [ImageID: Image] = [:]

    public init() {}
  }

  /// A variant in which the product can be had. Its stock is counted apart from the product's, and orders do not touch it.
  public struct Attribute: Hashable, Sendable {
    /// At most 255 characters; each value once in a group, without regard to case and accents.
    public var value: String
    /// Must exist.
    public var groupID: AttributeGroupID?
    /// Pieces; 0 to `Stock.maximum`.
    public internal(set) var stock: Int64

    public init(value: String, groupID: AttributeGroupID? = nil, stock: Int64 = 0) {
      self.value = value
      self.groupID = groupID
      self.stock = stock
    }
  }

  /// Something told about the product.
  public struct Characteristic: Hashable, Sendable {
    /// At most 255 characters; each value once for what it tells, without regard to case and accents.
    public var value: String
    /// What the value tells; must exist.
    public var relatedID: RelatedCharacteristicID?

    public init(value: String, relatedID: RelatedCharacteristicID? = nil) {
      self.value = value
      self.relatedID = relatedID
    }
  }

  /// An image whose files lie in object storage.
  public struct Image: Hashable, Sendable {
    /// The full-size object; at most 255 characters, and likewise below.
    public let originalURL: String
    public internal(set) var thumbnailURL: String?
    public internal(set) var mediumURL: String?
    public let filename: String
    /// 0 to `maximumImageSize` bytes.
    public let size: Int64
    /// Of an image: `image/png`.
    public let mimeType: String
    public var type: ImageType
    public var altText: String?
    /// Display order; 0 to `Stock.maximum`, by the column `integer`. Nil in a command for behind the last one.
    public var position: Int64?

    public init(
      originalURL: String, thumbnailURL: String? = nil, mediumURL: String? = nil, filename: String, size: Int64, mimeType: String,
      type: ImageType = .gallery, altText: String? = nil, position: Int64? = nil
    ) {
      self.originalURL = originalURL
      self.thumbnailURL = thumbnailURL
      self.mediumURL = mediumURL
      self.filename = filename
      self.size = size
      self.mimeType = mimeType
      self.type = type
      self.altText = altText
      self.position = position
    }
  }

  /// How many attributes a product may have, and likewise characteristics.
  public static let maximumAttributes = 200
  public static let maximumCharacteristics = 200
  public static let maximumImages = 50
  /// Pixels of the squares that the smaller versions of an image fit into.
  public static let mediumImageSide = 400
  public static let thumbnailImageSide = 150
  /// 5,120 KB.
  public static let maximumImageSize: Int64 = 5_242_880
}

extension Product.Parts {
  /// What an event makes of the parts.
  mutating func evolve(_ event: ProductEvent) {
    switch event {
    case .attributeAdded(let event):
      attributes[event.attributeID] = Product.Attribute(value: event.value, groupID: event.groupID, stock: event.stock)
    case .attributeChanged(let event):
      attributes[event.attributeID]?.value = event.value
      attributes[event.attributeID]?.groupID = event.groupID
    case .attributeStockAdjusted(let event): attributes[event.attributeID]?.stock = event.newStock
    case .attributeRemoved(let event): attributes[event.attributeID] = nil
    case .characteristicAdded(let event):
      characteristics[event.characteristicID] = Product.Characteristic(value: event.value, relatedID: event.relatedID)
    case .characteristicChanged(let event):
      characteristics[event.characteristicID] = Product.Characteristic(value: event.value, relatedID: event.relatedID)
    case .characteristicRemoved(let event): characteristics[event.characteristicID] = nil
    case .imageAdded(let event):
      images[event.imageID] = Product.Image(
        originalURL: event.originalURL, thumbnailURL: event.thumbnailURL, mediumURL: event.mediumURL, filename: event.filename,
        size: event.size, mimeType: event.mimeType, type: event.imageType, altText: event.altText, position: event.position)
    case .imageChanged(let event):
      images[event.imageID]?.type = event.imageType
      images[event.imageID]?.altText = event.altText
      images[event.imageID]?.position = event.position
    case .imagesReordered(let event):
      for (position, id) in event.imageIDs.enumerated() { images[id]?.position = Int64(position) }
    case .imageResized(let event):
      images[event.imageID]?.thumbnailURL = event.thumbnailURL
      images[event.imageID]?.mediumURL = event.mediumURL
    case .imageRemoved(let event): images[event.imageID] = nil
    case .productAdded, .productDetailsChanged, .priceChanged, .productTypesSet, .productCategoriesSet, .productCatalogsSet,
      .withdrawalExclusionSet, .productDeleted:
      break
    }
  }
}

extension Product.State {
  /// The parts of a product on sale.
  /// - Throws: `ProductRejection.notFound`.
  func parts(of id: ProductID) throws(ProductRejection) -> Product.Parts {
    guard case .present(_, let parts) = self else { throw .notFound(id) }
    return parts
  }
}
