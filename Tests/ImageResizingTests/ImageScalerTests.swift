import ImageResizing
import Testing

/// Pictures that libgd made, in smaller versions.
@Suite struct ImageScalerTests {
  private let scaler = ImageScaler()

  @Test(arguments: ImageHeader.Format.allCases)
  func `a version fits into its square, keeps its proportions and format, and is never larger`(_ format: ImageHeader.Format) async throws {
    let sizes: [(from: (Int32, Int32), medium: (Int32, Int32), thumbnail: (Int32, Int32))] = [
      ((1_200, 600), (400, 200), (150, 75)), ((300, 900), (133, 400), (50, 150)), ((800, 800), (400, 400), (150, 150)),
      ((200, 100), (200, 100), (150, 75)), ((16, 8), (16, 8), (16, 8)), ((3_000, 4), (400, 1), (150, 1)),
    ]
    for size in sizes {
      let original = TestPicture.make(format, size.from.0, size.from.1)
      let header = try #require(ImageHeader(original))
      #expect((header.format, header.width, header.height) == (format, Int(size.from.0), Int(size.from.1)))
      let scaled = try await scaler.scale(original, toFit: [400, 150])
      #expect(scaled.format == format)
      for (bytes, wanted) in zip(scaled.versions, [size.medium, size.thumbnail]) {
        #expect(ImageHeader(bytes)?.format == format)
        let shown = try #require(TestPicture(bytes, format))
        #expect((shown.width, shown.height) == wanted)
        if wanted.1 > 40 { #expect(shown.corners == [0, 1, 2, 3]) }
      }
      #expect(try await scaler.scale(original, toFit: [400, 150]).versions == scaled.versions)
    }
  }

  @Test(arguments: [ImageHeader.Format.png, .gif, .webp])
  func `where nothing is to be seen, nothing is to be seen`(_ format: ImageHeader.Format) async throws {
    let original = TestPicture.make(format, 600, 600, [TestPicture.colours[0], nil, nil, TestPicture.colours[3]])
    for bytes in try await scaler.scale(original, toFit: [400, 150]).versions {
      #expect(try #require(TestPicture(bytes, format)).corners == [0, nil, nil, 3])
    }
  }

  /// Where the stored corners are shown, by what EXIF says.
  @Test(arguments: [
    (1, [0, 1, 2, 3]), (2, [1, 0, 3, 2]), (3, [3, 2, 1, 0]), (4, [2, 3, 0, 1]), (5, [0, 2, 1, 3]), (6, [2, 0, 3, 1]), (7, [3, 1, 2, 0]),
    (8, [1, 3, 0, 2]),
  ])
  func `a photo that lies on its side is stood up`(_ orientation: Int, _ corners: [Int]) async throws {
    for isLittle in [true, false] {
      let photo = Self.photo(TestPicture.make(.jpeg, 1_000, 500), orientation: UInt8(orientation), isLittle: isLittle)
      #expect(ImageHeader(photo)?.orientation == orientation)
      let versions = try await scaler.scale(photo, toFit: [400, 150]).versions
      for (bytes, side) in zip(versions, [400, 150] as [Int32]) {
        let shown = try #require(TestPicture(bytes, .jpeg))
        #expect(shown.corners == corners)
        #expect((shown.width, shown.height) == (orientation < 5 ? (side, side / 2) : (side / 2, side)))
        // It was turned, so it must not say that it is to be.
        #expect(ImageHeader(bytes)?.orientation == 1)
      }
    }
  }

  @Test func `a small file that claims to be a huge picture is not decoded`() async throws {
    var bomb = TestPicture.make(.png, 16, 16)
    bomb.replaceSubrange(16..<24, with: [0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60])
    await #expect(throws: ImageScalingError.tooManyPixels(3_600_000_000)) { try await scaler.scale(bomb, toFit: [400]) }
    // The largest and the smallest that the header has room for.
    bomb.replaceSubrange(16..<24, with: [UInt8](repeating: 0xFF, count: 8))
    await #expect(throws: ImageScalingError.unreadable) { try await scaler.scale(bomb, toFit: [400]) }
    bomb.replaceSubrange(16..<24, with: [UInt8](repeating: 0, count: 8))
    await #expect(throws: ImageScalingError.unreadable) { try await scaler.scale(bomb, toFit: [400]) }
    // 6,400 by 6,251 pixels, in each format's way of saying so.
    for (format, size) in [
      (.jpeg, [0x18, 0x6B, 0x19, 0x00]), (.gif, [0x00, 0x19, 0x6B, 0x18]), (.webp, [0x00, 0x19, 0x6B, 0x18]),
    ] as [(ImageHeader.Format, [UInt8])] {
      var large = TestPicture.make(format, 16, 16)
      let place =
        switch format {
        case .jpeg: try #require(large.indices.first { large[$0...].starts(with: [0xFF, 0xC0]) }) + 5
        case .gif: 6
        default: 26
        }
      large.replaceSubrange(place..<place + 4, with: size)
      await #expect(throws: ImageScalingError.tooManyPixels(40_006_400)) { try await scaler.scale(large, toFit: [400]) }
    }
  }

  @Test(arguments: ImageHeader.Format.allCases)
  func `what is damaged is refused or shown, and ends nobody`(_ format: ImageHeader.Format) async throws {
    let whole = TestPicture.make(format, 64, 48)
    for count in 0..<min(whole.count, 400) { _ = ImageHeader(Array(whole.prefix(count))) }
    let pixel = UInt8(format == .gif ? 0 : 0xA5)
    for damaged in [
      [], Array("<script></script>".utf8), Array(whole.prefix(30)), Array(whole.prefix(12)) + [UInt8](repeating: pixel, count: 5_000),
    ] {
      await #expect(throws: ImageScalingError.unreadable) { try await scaler.scale(damaged, toFit: [400, 150]) }
    }
    var random = SystemRandomNumberGenerator()
    for _ in 0..<200 {
      var damaged = whole
      for _ in 0..<4 { damaged[.random(in: 0..<damaged.count, using: &random)] = .random(in: 0...255, using: &random) }
      do {
        let versions = try await scaler.scale(damaged, toFit: [400, 150]).versions
        #expect(versions.count == 2)
      } catch is ImageScalingError {}
    }
  }

  /// The file with a segment that says how its picture is to be turned.
  private static func photo(_ jpeg: [UInt8], orientation: UInt8, isLittle: Bool) -> [UInt8] {
    let little: [UInt8] = [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0, 2, 0] + [0x0F, 1, 2, 0, 1, 0, 0, 0, 0x41, 0, 0, 0]
    let big: [UInt8] = [0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8, 0, 2] + [1, 0x0F, 0, 2, 0, 0, 0, 1, 0x41, 0, 0, 0]
    let entry: [UInt8] =
      isLittle ? [0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0] : [1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]
    let content = Array("Exif\0\0".utf8) + (isLittle ? little : big) + entry + [0, 0, 0, 0]
    let length = content.count + 2
    return jpeg.prefix(2) + [0xFF, 0xE1, UInt8(length >> 8), UInt8(length & 0xFF)] + content + jpeg.dropFirst(2)
  }
}
