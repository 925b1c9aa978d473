/// What the first bytes of a picture say of it; nothing is decoded, so that a small file that claims to be a huge picture costs nothing.
public struct ImageHeader: Sendable, Hashable {
  /// The formats that are read and written.
  public enum Format: Sendable, Hashable, CaseIterable {
    case jpeg, png, gif, webp

    /// The media type.
    public var mediaType: String {
      switch self {
      case .jpeg: "image/jpeg"
      case .png: "image/png"
      case .gif: "image/gif"
      case .webp: "image/webp"
      }
    }
  }

  public let format: Format
  /// Pixels as they are stored; a picture that lies on its side is shown with both exchanged.
  public let width: Int
  public let height: Int
  /// How the stored pixels are to be turned, as EXIF counts: 1 (not at all) to 8. Read of JPEG alone, which is what cameras write.
  public let orientation: Int

  public var pixels: Int { width * height }

  /// Nil when it is none of the formats, is cut off before it says its size, or says that it has none.
  public init?(_ bytes: [UInt8]) {
    let reader = ByteReader(bytes)
    let found: ImageHeader? =
      if reader.has([0xFF, 0xD8, 0xFF], at: 0) {
        Self.jpeg(reader)
      } else if reader.has([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], at: 0) {
        Self.png(reader)
      } else if reader.has("GIF8", at: 0) {
        Self.gif(reader)
      } else if reader.has("RIFF", at: 0), reader.has("WEBP", at: 8) {
        Self.webp(reader)
      } else {
        nil
      }
    // More is none of the formats' sizes, and would not be counted.
    let possible = 1...Int(Int32.max)
    guard let found, possible.contains(found.width), possible.contains(found.height) else { return nil }
    self = found
  }

  private init?(_ format: Format, _ width: Int?, _ height: Int?, orientation: Int = 1) {
    guard let width, let height else { return nil }
    (self.format, self.width, self.height, self.orientation) = (format, width, height, orientation)
  }

  /// The chunk IHDR comes first (<https://www.w3.org/TR/png-3/#11IHDR>).
  private static func png(_ bytes: ByteReader) -> ImageHeader? {
    guard bytes.has("IHDR", at: 12) else { return nil }
    return ImageHeader(.png, bytes.big32(at: 16), bytes.big32(at: 20))
  }

  /// The size of the screen, which no frame may leave (<https://www.w3.org/Graphics/GIF/spec-gif89a.txt>).
  private static func gif(_ bytes: ByteReader) -> ImageHeader? {
    ImageHeader(.gif, bytes.little(2, at: 6), bytes.little(2, at: 8))
  }

  /// One of three forms (<https://developers.google.com/speed/webp/docs/riff_container>).
  private static func webp(_ bytes: ByteReader) -> ImageHeader? {
    if bytes.has("VP8 ", at: 12), bytes.has([0x9D, 0x01, 0x2A], at: 23) {
      // The upper two bits are a scale for showing.
      return ImageHeader(.webp, bytes.little(2, at: 26).map { $0 & 0x3FFF }, bytes.little(2, at: 28).map { $0 & 0x3FFF })
    }
    if bytes.has("VP8L", at: 12), bytes.has([0x2F], at: 20), let both = bytes.little(4, at: 21) {
      return ImageHeader(.webp, (both & 0x3FFF) + 1, (both >> 14 & 0x3FFF) + 1)
    }
    if bytes.has("VP8X", at: 12) {
      return ImageHeader(.webp, bytes.little(3, at: 24).map { $0 + 1 }, bytes.little(3, at: 27).map { $0 + 1 })
    }
    return nil
  }

  /// Segments up to the frame's header (ITU-T T.81, annex B); EXIF comes before it.
  private static func jpeg(_ bytes: ByteReader) -> ImageHeader? {
    var orientation = 1
    var position = 2
    while let mark = bytes.byte(at: position), mark == 0xFF, let marker = bytes.byte(at: position + 1) {
      switch marker {
      // Bytes may be filled up before a marker.
      case 0xFF: position += 1
      // Without a length.
      case 0x01, 0xD0...0xD8: position += 2
      // The pixels, or the end.
      case 0xD9, 0xDA: return nil
      default:
        guard let length = bytes.big16(at: position + 2), length >= 2 else { return nil }
        let isFrame = (0xC0...0xCF).contains(marker) && ![0xC4, 0xC8, 0xCC].contains(marker)
        if isFrame {
          return ImageHeader(.jpeg, bytes.big16(at: position + 7), bytes.big16(at: position + 5), orientation: orientation)
        }
        if marker == 0xE1, let found = Self.orientation(bytes, at: position + 4) { orientation = found }
        position += 2 + length
      }
    }
    return nil
  }

  /// The tag 0x0112 of the first directory of EXIF's TIFF structure.
  private static func orientation(_ bytes: ByteReader, at start: Int) -> Int? {
    guard bytes.has("Exif\0\0", at: start) else { return nil }
    let tiff = start + 6
    let isLittle = bytes.has("II*\0", at: tiff)
    guard isLittle || bytes.has("MM\0*", at: tiff) else { return nil }
    func number(_ count: Int, at position: Int) -> Int? {
      isLittle ? bytes.little(count, at: position) : bytes.big(count, at: position)
    }
    guard let offset = number(4, at: tiff + 4), let count = number(2, at: tiff + offset) else { return nil }
    for index in 0..<count {
      let entry = tiff + offset + 2 + index * 12
      guard let tag = number(2, at: entry) else { return nil }
      guard tag == 0x0112 else { continue }
      // A short number, which stands at the beginning of its four bytes.
      return number(2, at: entry + 8).flatMap { (1...8).contains($0) ? $0 : nil }
    }
    return nil
  }
}

/// Numbers and words in bytes; nil and false behind their end.
private struct ByteReader {
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func byte(at position: Int) -> UInt8? { bytes.indices.contains(position) ? bytes[position] : nil }

  func has(_ wanted: [UInt8], at position: Int) -> Bool { bytes.dropFirst(position).starts(with: wanted) }

  func has(_ wanted: StaticString, at position: Int) -> Bool {
    has(wanted.withUTF8Buffer { Array($0) }, at: position)
  }

  func big(_ count: Int, at position: Int) -> Int? {
    guard position >= 0, position + count <= bytes.count else { return nil }
    return bytes[position..<position + count].reduce(0) { $0 << 8 | Int($1) }
  }

  func little(_ count: Int, at position: Int) -> Int? {
    guard position >= 0, position + count <= bytes.count else { return nil }
    return bytes[position..<position + count].reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  func big16(at position: Int) -> Int? { big(2, at: position) }
  func big32(at position: Int) -> Int? { big(4, at: position) }
}
