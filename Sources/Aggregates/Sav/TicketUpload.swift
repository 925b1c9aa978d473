/// A ticket's file, on its way (stream `ticketupload-<attachment id>`).
public enum TicketUpload: UploadKind {
  public typealias FileID = TicketAttachmentID
  public static let category = "ticketupload"
  public static let names = UploadNames("TicketUpload")
  public static let bucket = Bucket.sav
  /// 10 MB: the general limit, under which the 20 MB of an archive cannot come to bear.
  public static let maximumSize: Int64 = 10 << 20

  public static func maximumSize(of format: FileFormat) -> Int64? {
    switch format {
    case .jpeg, .png, .gif, .webp: 5 << 20
    case .pdf, .word, .openWord, .excel, .openExcel, .csv, .zip: maximumSize
    case .text: 2 << 20
    }
  }

  public static func folder(of id: TicketAttachmentID, owner: Int64) -> String { "tickets/\(owner)/\(id)/" }
}
