/// A format of files that the shop takes; the raw value is its media type.
public enum FileFormat: String, Sendable, Hashable, CaseIterable {
  case jpeg = "image/jpeg"
  case png = "image/png"
  case gif = "image/gif"
  case webp = "image/webp"
  case pdf = "application/pdf"
  case text = "text/plain"
  case csv = "text/csv"
  case word = "application/msword"
  case openWord = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
  case excel = "application/vnd.ms-excel"
  case openExcel = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
  case zip = "application/zip"

  /// The endings of such files' names, without the dot; the first one is used for names of our own.
  public var extensions: [String] {
    switch self {
    case .jpeg: ["jpg", "jpeg"]
    case .png: ["png"]
    case .gif: ["gif"]
    case .webp: ["webp"]
    case .pdf: ["pdf"]
    case .text: ["txt", "log", "md"]
    case .csv: ["csv"]
    case .word: ["doc"]
    case .openWord: ["docx"]
    case .excel: ["xls"]
    case .openExcel: ["xlsx"]
    case .zip: ["zip"]
    }
  }

  public static let images: Set<FileFormat> = [.jpeg, .png, .gif, .webp]

  /// Whether a file's content is of this format, by the bytes that every such file begins with. Text has none: it holds no control
  /// characters but white space, in whatever encoding.
  public func matches(_ content: some Collection<UInt8>) -> Bool {
    switch self {
    case .jpeg: content.starts(with: [0xFF, 0xD8, 0xFF])
    case .png: content.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    case .gif: content.starts(with: Array("GIF87a".utf8)) || content.starts(with: Array("GIF89a".utf8))
    case .webp: content.starts(with: Array("RIFF".utf8)) && content.dropFirst(8).starts(with: Array("WEBP".utf8))
    case .pdf: content.starts(with: Array("%PDF-".utf8))
    // The older ones are compound files, the newer ones archives.
    case .word, .excel: content.starts(with: [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1])
    case .openWord, .openExcel, .zip: content.starts(with: [0x50, 0x4B, 0x03, 0x04])
    case .text, .csv: content.allSatisfy { $0 >= 32 && $0 != 127 || (9...13).contains($0) }
    }
  }

  /// Whether a file's name fits.
  public func allows(_ filename: String) -> Bool {
    guard let dot = filename.lastIndex(of: "."), dot != filename.startIndex else { return false }
    return extensions.contains(filename[filename.index(after: dot)...].lowercased())
  }
}
