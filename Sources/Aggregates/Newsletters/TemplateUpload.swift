/// A file that mails of a template show or offer, on its way (stream `templateupload-<file id>`).
public enum TemplateUpload: UploadKind {
  public typealias FileID = TemplateFileID
  public static let category = "templateupload"
  public static let names = UploadNames("TemplateUpload")
  public static let bucket = Bucket.newsletters
  /// 5 MB: whoever opens a mail has to load it.
  public static let maximumSize: Int64 = 5 << 20

  public static func maximumSize(of format: FileFormat) -> Int64? {
    FileFormat.images.contains(format) || format == .pdf ? maximumSize : nil
  }

  public static func folder(of id: TemplateFileID, owner: Int64) -> String { "\(folder(of: EmailTemplateID(owner)))\(id)/" }

  /// Where all files of a template lie; they go with it.
  public static func folder(of template: EmailTemplateID) -> String { "templates/\(template)/" }
}
