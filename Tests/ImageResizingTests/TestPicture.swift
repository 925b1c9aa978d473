import CGD
import ImageResizing

/// A picture of four plain quarters, or of one behind which there is nothing.
struct TestPicture {
  /// Of the corners, from the upper left one to the right and down: 0xRRGGBB; nil for nothing at all.
  static let colours: [Int32?] = [0xE0_2020, 0x20_C020, 0x20_20E0, 0xE0_E020]

  static func make(
    _ format: ImageHeader.Format, _ width: Int32, _ height: Int32, _ colours: [Int32?] = TestPicture.colours
  ) -> [UInt8] {
    let image = gdImageCreateTrueColor(width, height)!
    defer { gdImageDestroy(image) }
    gdImageAlphaBlending(image, 0)
    gdImageSaveAlpha(image, 1)
    let nothing: Int32 = 127 << 24
    for (index, colour) in colours.enumerated() {
      let (left, top) = (index % 2 == 0 ? 0 : width / 2, index < 2 ? 0 : height / 2)
      gdImageFilledRectangle(image, left, top, left + width / 2, top + height / 2, colour ?? nothing)
    }
    if format == .gif { gdImageColorTransparent(image, nothing) }
    var count: Int32 = 0
    let data: UnsafeMutableRawPointer =
      switch format {
      case .jpeg: gdImageJpegPtr(image, &count, 95)
      case .png: gdImagePngPtr(image, &count)
      case .gif: gdImageGifPtr(image, &count)
      case .webp: gdImageWebpPtrEx(image, &count, 95)
      }
    defer { gdFree(data) }
    return Array(UnsafeRawBufferPointer(start: data, count: Int(count)))
  }

  let width: Int32
  let height: Int32
  /// In the middle of each quarter; nil where nothing is to be seen.
  let quarters: [Int32?]

  /// What a file shows.
  init?(_ bytes: [UInt8], _ format: ImageHeader.Format) {
    var copy = bytes
    let count = Int32(bytes.count)
    let decoded: gdImagePtr? =
      switch format {
      case .jpeg: gdImageCreateFromJpegPtr(count, &copy)
      case .png: gdImageCreateFromPngPtr(count, &copy)
      case .gif: gdImageCreateFromGifPtr(count, &copy)
      case .webp: gdImageCreateFromWebpPtr(count, &copy)
      }
    guard let image = decoded else { return nil }
    defer { gdImageDestroy(image) }
    (width, height) = (image.pointee.sx, image.pointee.sy)
    let places = [(1, 1), (3, 1), (1, 3), (3, 3)] as [(Int32, Int32)]
    let (w, h) = (width, height)
    quarters = places.map { x, y in
      let colour = gdImageGetTrueColorPixel(image, w * x / 4, h * y / 4)
      return colour >> 24 & 0x7F > 100 ? nil : colour & 0xFF_FFFF
    }
  }

  /// Which of the colours stands where; they come out a little different.
  var corners: [Int?] {
    quarters.map { seen in
      seen.flatMap { seen in
        Self.colours.firstIndex { wanted in
          [16, 8, 0].allSatisfy { abs((seen >> $0 & 0xFF) - (wanted! >> $0 & 0xFF)) < 48 }
        }
      }
    }
  }
}
