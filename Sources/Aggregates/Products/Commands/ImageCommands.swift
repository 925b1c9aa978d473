public import EventSourcing

/// Notes an image of a product whose files were stored. Adding the same one again changes nothing.
public struct AddImage: Command {
  public var productID: ProductID
  /// Drawn before.
  public var imageID: ImageID
  public var image: Product.Image

  public init(productID: ProductID, imageID: ImageID, image: Product.Image) {
    self.productID = productID
    self.imageID = imageID
    self.image = image
  }

  public func decide(in session: inout DecisionSession) throws -> Created<ImageID> {
    try session.record(Product.decide(self, session.load(Product.self, productID)), on: Product.self, productID)
    return Created(imageID)
  }
}

/// Gives an image another use, description or place; its files stay.
public struct ChangeImage: Command {
  public var productID: ProductID
  public var imageID: ImageID
  /// What is to become of the image; may run several times.
  public var change: @Sendable (inout Product.Image) -> Void

  public init(productID: ProductID, imageID: ImageID, change: @escaping @Sendable (inout Product.Image) -> Void) {
    self.productID = productID
    self.imageID = imageID
    self.change = change
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(Product.self, productID)
    guard var image = try state.parts(of: productID).images[imageID] else { throw ProductRejection.partNotFound(productID) }
    change(&image)
    try session.record(Product.decide(self, image, state), on: Product.self, productID)
    return NoAnswer()
  }
}

/// Puts all images of a product in an order.
public struct ReorderImages: Command {
  public var productID: ProductID
  /// Every image of the product once.
  public var imageIDs: [ImageID]

  public init(productID: ProductID, imageIDs: [ImageID]) {
    self.productID = productID
    self.imageIDs = imageIDs
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    try session.record(Product.decide(self, session.load(Product.self, productID)), on: Product.self, productID)
    return NoAnswer()
  }
}

/// Notes smaller versions of an image, which were stored. Noting the same ones again changes nothing.
public struct ResizeImage: Command {
  public var productID: ProductID
  public var imageID: ImageID
  public var thumbnailURL: String
  public var mediumURL: String

  public init(productID: ProductID, imageID: ImageID, thumbnailURL: String, mediumURL: String) {
    self.productID = productID
    self.imageID = imageID
    self.thumbnailURL = thumbnailURL
    self.mediumURL = mediumURL
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    try session.record(Product.decide(self, session.load(Product.self, productID)), on: Product.self, productID)
    return NoAnswer()
  }
}

/// Removes an image of a product. Its files are left to whoever keeps them.
public struct RemoveImage: Command {
  public var productID: ProductID
  public var imageID: ImageID

  public init(productID: ProductID, imageID: ImageID) {
    self.productID = productID
    self.imageID = imageID
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    try session.record(Product.decide(self, session.load(Product.self, productID)), on: Product.self, productID)
    return NoAnswer()
  }
}
