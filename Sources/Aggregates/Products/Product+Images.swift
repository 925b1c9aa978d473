/// What is decided about a product's images. At most one is the main one: whichever becomes it sends the former to the gallery.
extension Product {
  /// Notes an image whose files were stored. Adding the same one again changes nothing.
  public static func decide(_ command: AddImage, _ state: State) throws(ProductRejection) -> [Event] {
    let images = try state.parts(of: command.productID).images
    var new = command.image
    if let old = images[command.imageID] {
      new.position = new.position ?? old.position
      new.thumbnailURL = new.thumbnailURL ?? old.thumbnailURL
      new.mediumURL = new.mediumURL ?? old.mediumURL
      guard old == new else { throw .alreadyExists(command.productID) }
      return []
    }
    guard images.count < maximumImages else { throw .tooMany(maximum: maximumImages) }
    try check(new)
    let position = new.position ?? min((images.values.compactMap(\.position).max() ?? -1) + 1, Stock.maximum)
    let added = ImageAdded(
      productID: command.productID, imageID: command.imageID, originalURL: new.originalURL, thumbnailURL: new.thumbnailURL,
      mediumURL: new.mediumURL, filename: new.filename, imageType: new.type, altText: new.altText, position: position, size: new.size,
      mimeType: new.mimeType)
    return makingRoom(for: command.imageID, new, of: command.productID, images) + [.imageAdded(added)]
  }

  /// Gives an image another use, description or place.
  /// - Parameter wanted: the image after the change; its files stay.
  public static func decide(_ command: ChangeImage, _ wanted: Image, _ state: State) throws(ProductRejection) -> [Event] {
    let images = try state.parts(of: command.productID).images
    guard let old = images[command.imageID] else { throw .partNotFound(command.productID) }
    var new = old
    (new.type, new.altText, new.position) = (wanted.type, wanted.altText, wanted.position ?? old.position)
    guard new != old else { return [] }
    try check(new)
    return makingRoom(for: command.imageID, new, of: command.productID, images) + [changed(command.imageID, new, of: command.productID)]
  }

  /// Puts all images of a product in an order.
  public static func decide(_ command: ReorderImages, _ state: State) throws(ProductRejection) -> [Event] {
    let images = try state.parts(of: command.productID).images
    guard command.imageIDs.count == images.count, Set(command.imageIDs) == Set(images.keys) else {
      throw .invalid(FieldError("image_ids", .unknown))
    }
    let isInOrder = command.imageIDs.enumerated().allSatisfy { images[$0.element]?.position == Int64($0.offset) }
    if isInOrder { return [] }
    return [.imagesReordered(ImagesReordered(productID: command.productID, imageIDs: command.imageIDs))]
  }

  /// Notes smaller versions of an image; those that an image has, it keeps.
  public static func decide(_ command: ResizeImage, _ state: State) throws(ProductRejection) -> [Event] {
    guard var image = try state.parts(of: command.productID).images[command.imageID] else { throw .partNotFound(command.productID) }
    guard image.thumbnailURL == nil, image.mediumURL == nil else {
      guard image.thumbnailURL == command.thumbnailURL, image.mediumURL == command.mediumURL else {
        throw .alreadyExists(command.productID)
      }
      return []
    }
    (image.thumbnailURL, image.mediumURL) = (command.thumbnailURL, command.mediumURL)
    try check(image)
    return [
      .imageResized(
        ImageResized(
          productID: command.productID, imageID: command.imageID, thumbnailURL: command.thumbnailURL, mediumURL: command.mediumURL))
    ]
  }

  /// Removes an image. No other one becomes the main one.
  public static func decide(_ command: RemoveImage, _ state: State) throws(ProductRejection) -> [Event] {
    guard let image = try state.parts(of: command.productID).images[command.imageID] else { throw .partNotFound(command.productID) }
    return [
      .imageRemoved(
        ImageRemoved(
          productID: command.productID, imageID: command.imageID, originalURL: image.originalURL, thumbnailURL: image.thumbnailURL,
          mediumURL: image.mediumURL))
    ]
  }

  /// Sends the main image to the gallery when another is to be it.
  private static func makingRoom(for id: ImageID, _ new: Image, of productID: ProductID, _ images: [ImageID: Image]) -> [Event] {
    guard new.type == .main, let (formerID, current) = images.first(where: { $0.value.type == .main && $0.key != id }) else { return [] }
    var former = current
    former.type = .gallery
    return [changed(formerID, former, of: productID)]
  }

  private static func changed(_ id: ImageID, _ image: Image, of productID: ProductID) -> Event {
    .imageChanged(
      ImageChanged(productID: productID, imageID: id, imageType: image.type, altText: image.altText, position: image.position ?? 0))
  }

  private static func check(_ image: Image) throws(ProductRejection) {
    let error = catching { () throws(FieldError) in
      try TextRules.required(image.originalURL, "original_url")
      try TextRules.optional(image.thumbnailURL, "thumbnail_url")
      try TextRules.optional(image.mediumURL, "medium_url")
      try TextRules.required(image.filename, "filename")
      try TextRules.required(image.mimeType, "mime_type")
      try TextRules.optional(image.altText, "alt_text")
      guard image.mimeType.hasPrefix("image/") else { throw FieldError("mime_type", .malformed) }
      guard (0...maximumImageSize).contains(image.size) else {
        throw FieldError("size", .outOfRange(minimum: 0, maximum: maximumImageSize))
      }
      if let position = image.position, !(0...Stock.maximum).contains(position) {
        throw FieldError("position", .outOfRange(minimum: 0, maximum: Stock.maximum))
      }
    }
    if let error { throw .invalid(error) }
  }
}
