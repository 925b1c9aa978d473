import Aggregates
import EventSourcing
import HTTPTypes
import Postgres

/// The files of product images.
extension ProductRoutes {
  /// How long an address to read an image is good.
  private static let linkLifetime = Duration.seconds(3_600)

  static let imageFiles: [Route] = [
    Route(
      .post, "/admin/products/{id}/images", "announceImage", "Announces an image; the answer says where to send its file",
      in: ImageAnnouncement.self, out: Schema.announcedUpload.asData, status: 201, access: .administrators(within: .website),
      idempotency: .optional,
      problems: [.ruleViolated, .stateConflict]
    ) { input, call in
      _ = try call.objects()
      let id = ImageID(try await call.nextID("image"))
      let command = AnnounceImage(productID: input.productID, imageID: id, format: input.format, size: input.size)
      let outcome = try await call.execute(command, within: Product.self, input.productID)
      let made = outcome.answer?.id ?? id
      return .command(
        outcome, location: "/api/v1/products/products/\(input.productID)/images/\(made)",
        try Uploads<ImageUpload>.announcement(made, format: input.format, size: input.size, call))
    },
    Route(
      .post, "/admin/products/{id}/images/{image_id}/confirm", "confirmImage", "Adds an image whose file was sent",
      in: ImageConfirmation.self, out: Schema.reference.asData, access: .administrators(within: .website), idempotency: .none,
      problems: [.uploadMissing, .fileRefused, .ruleViolated, .stateConflict]
    ) { input, call in
      // The file is looked at, and may be refused, before the product's command runs.
      try await call.require(Product.self, input.productID)
      let outcome = try await Uploads<ImageUpload>.confirm(input.id, owner: input.productID.rawValue, call) { sha256 in
        let command = ConfirmImage(
          productID: input.productID, imageID: input.id, filename: input.filename, sha256: sha256, type: input.type,
          altText: input.altText, position: input.position)
        return try await call.execute(command, within: Product.self, input.productID)
      }
      return .reference(outcome, input.id)
    },
    Route(
      .get, "/products/{id}/images/{image_id}/file", "imageFile",
      "Leads to an image's file, for an hour; to the original until there is a smaller one",
      in: ImageFileInput.self, out: nil, status: 302, access: .everyone, idempotency: .none,
      problems: [.invalidHeader, .positionAhead, .readSideBehind]
    ) { input, call in
      let (found, position) = try await call.services.reads.products.query(
        ProductStatements.imageFile, [.int64(input.id.rawValue), .int64(input.productID.rawValue), .text(input.size.rawValue)], call)
      // An image that was imported lies elsewhere.
      guard let path = try found[0].optionalString(1), let key = path.split(separator: "/", maxSplits: 1).last,
        path.hasPrefix("\(Bucket.products.rawValue)/")
      else { throw Problem(.notFound) }
      return try .redirect(to: .products, String(key), for: linkLifetime, at: position, call)
    },
  ]
}

/// Which of an image's files.
enum ImageSize: String, Sendable, CaseIterable {
  case original
  /// Fits into 400 by 400 pixels.
  case medium
  /// Fits into 150 by 150 pixels.
  case thumbnail
}

struct ImageFileInput: RouteInput {
  let productID: ProductID
  let id: ImageID
  let size: ImageSize

  init(_ fields: inout InputReader) {
    productID = fields.path("id", .id(ProductID.self))
    id = fields.path("image_id", .id(ImageID.self))
    size = fields.query("size", .choice(ImageSize.self)) ?? .original
  }
}

struct ImageAnnouncement: RouteInput {
  let productID: ProductID
  let format: FileFormat
  let size: Int64

  init(_ fields: inout InputReader) {
    productID = fields.path("id", .id(ProductID.self))
    format = fields.body("mime_type", .choice(FileFormat.self))
    size = fields.body("size", .integer(min: 1, max: Product.maximumImageSize))
  }
}

struct ImageConfirmation: RouteInput {
  let productID: ProductID
  let id: ImageID
  let filename: String
  let type: ImageType
  let altText: String?
  let position: Int64?

  init(_ fields: inout InputReader) {
    productID = fields.path("id", .id(ProductID.self))
    id = fields.path("image_id", .id(ImageID.self))
    filename = fields.body("filename", .text(255))
    type = fields.optional("type", .choice(ImageType.self)) ?? .gallery
    altText = fields.optional("alt_text", .text(255, min: 0))
    position = fields.optional("position", .integer(min: 0, max: 2_147_483_647))
  }
}
