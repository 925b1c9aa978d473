public import EventSourcing

/// Announces the file of a new image.
public struct AnnounceImage: Command {
  public var productID: ProductID
  /// Drawn before.
  public var imageID: ImageID
  public var format: FileFormat
  /// Bytes.
  public var size: Int64

  public init(productID: ProductID, imageID: ImageID, format: FileFormat, size: Int64) {
    self.productID = productID
    self.imageID = imageID
    self.format = format
    self.size = size
  }

  public func decide(in session: inout DecisionSession) throws -> Created<ImageID> {
    let images = try session.load(Product.self, productID).parts(of: productID).images
    guard images.count < Product.maximumImages else { throw ProductRejection.tooMany(maximum: Product.maximumImages) }
    try session.announce(ImageUpload.self, imageID, owner: productID.rawValue, format: format, size: size)
    return Created(imageID)
  }
}

/// Adds the image whose file was checked and stored. Doing it again changes nothing.
public struct ConfirmImage: Command {
  public var productID: ProductID
  public var imageID: ImageID
  /// What the file is called.
  public var filename: String
  /// Of its content, in lower-case hexadecimal.
  public var sha256: String
  public var type: ImageType
  public var altText: String?
  /// Nil for behind the last one.
  public var position: Int64?

  public init(
    productID: ProductID, imageID: ImageID, filename: String, sha256: String, type: ImageType = .gallery, altText: String? = nil,
    position: Int64? = nil
  ) {
    self.productID = productID
    self.imageID = imageID
    self.filename = filename
    self.sha256 = sha256
    self.type = type
    self.altText = altText
    self.position = position
  }

  public func decide(in session: inout DecisionSession) throws -> Created<ImageID> {
    let upload = try session.confirm(ImageUpload.self, imageID, owner: productID.rawValue, filename: filename, sha256: sha256)
    guard let upload else { return Created(imageID) }
    let image = Product.Image(
      originalURL: "\(ImageUpload.bucket.rawValue)/\(upload.key(sha256))", filename: filename, size: upload.size,
      mimeType: upload.format.rawValue,
      type: type, altText: altText, position: position)
    return try AddImage(productID: productID, imageID: imageID, image: image).decide(in: &session)
  }
}
