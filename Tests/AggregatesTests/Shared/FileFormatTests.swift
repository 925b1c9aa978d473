import Aggregates
import Testing

@Suite struct FileFormatTests {
  private static let office: [UInt8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]
  private static let archive: [UInt8] = [0x50, 0x4B, 0x03, 0x04]

  @Test(
    arguments: zip(
      FileFormat.allCases,
      [
        [0xFF, 0xD8, 0xFF, 0xE0], [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], Array("GIF89a…".utf8),
        Array("RIFF\u{1}\u{2}\u{3}\u{4}WEBPVP8 ".utf8),
        Array("%PDF-1.7\n".utf8), Array("Bonjour,\r\nça va ?\n".utf8), Array("id;nom\n1;Zoë\n".utf8), office, archive, office, archive,
        archive,
      ]))
  func `a format is recognised by its content, and only text by another one's`(_ format: FileFormat, _ content: [UInt8]) {
    #expect(format.matches(content))
    #expect(!format.matches([0x4D, 0x5A, 0x00, 0x01]))
    #expect(!format.matches(content.dropFirst()) || [.text, .csv].contains(format))
  }

  @Test func `text may be in an older encoding, but holds no control characters`() {
    #expect(FileFormat.text.matches([0xE9, 0x74, 0xE9]))
    #expect(FileFormat.csv.matches([]))
    for byte: UInt8 in [0, 7, 27, 127] { #expect(!FileFormat.text.matches([65, byte])) }
  }

  @Test(arguments: ["photo.jpg", "photo.JPEG", "my.photo.jpg", "é.jpg"])
  func `a name with the format's ending fits`(_ name: String) { #expect(FileFormat.jpeg.allows(name)) }

  @Test(arguments: ["photo", "photo.png", "photo.jpg.exe", ".jpg", "jpg", ""])
  func `a name with another ending does not`(_ name: String) { #expect(!FileFormat.jpeg.allows(name)) }
}
