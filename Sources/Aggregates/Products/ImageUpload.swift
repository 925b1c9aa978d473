/// The file of a product's image, on its way (stream `imageupload-<image id>`).
public enum ImageUpload: UploadKind {
  public typealias FileID = ImageID
  public static let category = "imageupload"
  public static let names = UploadNames("ImageUpload")
  public static let bucket = Bucket.products

  public static func maximumSize(of format: FileFormat) -> Int64? {
    FileFormat.images.contains(format) ? Product.maximumImageSize : nil
  }

  /// By ids alone: a reference can be changed, and be as long as a whole path may be.
  public static func folder(of id: ImageID, owner: Int64) -> String { "\(owner)/\(id)/" }
}
