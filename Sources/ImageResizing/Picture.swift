import CGD

/// Pixels in memory, as libgd has them.
struct Picture: ~Copyable {
  /// In percent; what photos are usually shown with.
  private static let quality: Int32 = 85
  /// As libgd counts: 0 is solid, 127 not to be seen at all.
  private static let invisible: Int32 = 127

  private let image: gdImagePtr

  private init?(_ image: gdImagePtr?) {
    guard let image else { return nil }
    self.image = image
  }

  deinit {
    gdImageDestroy(image)
  }

  /// Nil when it cannot be decoded.
  init?(decoding bytes: [UInt8], _ format: ImageHeader.Format) {
    guard let count = Int32(exactly: bytes.count) else { return nil }
    self.init(
      bytes.withUnsafeBytes { buffer in
        // It only reads, though it does not say so.
        let data = UnsafeMutableRawPointer(mutating: buffer.baseAddress)
        return switch format {
        case .jpeg: gdImageCreateFromJpegPtr(count, data)
        case .png: gdImageCreateFromPngPtr(count, data)
        case .gif: gdImageCreateFromGifPtr(count, data)
        case .webp: gdImageCreateFromWebpPtr(count, data)
        }
      })
  }

  /// Full colours that may be seen through, with nothing in it.
  private init(width: Int32, height: Int32) throws(ImageScalingError) {
    guard let image = gdImageCreateTrueColor(width, height) else { throw .outOfMemory }
    gdImageAlphaBlending(image, 0)
    gdImageSaveAlpha(image, 1)
    self.image = image
  }

  private var width: Int32 { image.pointee.sx }
  private var height: Int32 { image.pointee.sy }

  /// The picture in a square with this side: smaller or as it is, with the same proportions.
  func fitted(into side: Int) throws(ImageScalingError) -> Picture {
    let scale = min(1, Double(side) / Double(max(width, height)))
    func scaled(_ length: Int32) -> Int32 { max(1, Int32((Double(length) * scale).rounded())) }
    let result = try Picture(width: scaled(width), height: scaled(height))
    gdImageCopyResampled(result.image, image, 0, 0, 0, 0, result.width, result.height, width, height)
    return result
  }

  /// The picture as it is to be shown.
  /// - Parameter orientation: 1 to 8, as EXIF counts: where the first row and the first column of the stored pixels belong.
  consuming func turned(_ orientation: Int) throws(ImageScalingError) -> Picture {
    guard orientation != 1 else { return self }
    let (lastX, lastY) = (width - 1, height - 1)
    let isOnItsSide = orientation >= 5
    let result = try Picture(width: isOnItsSide ? height : width, height: isOnItsSide ? width : height)
    for y in 0..<result.height {
      for x in 0..<result.width {
        let (fromX, fromY) =
          switch orientation {
          case 2: (lastX - x, y)
          case 3: (lastX - x, lastY - y)
          case 4: (x, lastY - y)
          case 5: (y, x)
          case 6: (y, lastY - x)
          case 7: (lastX - y, lastY - x)
          default: (lastX - y, x)
          }
        gdImageSetPixel(result.image, x, y, gdImageGetTrueColorPixel(image, fromX, fromY))
      }
    }
    return result
  }

  /// The file.
  func encoded(as format: ImageHeader.Format) throws(ImageScalingError) -> [UInt8] {
    var count: Int32 = 0
    let data =
      switch format {
      case .jpeg: gdImageJpegPtr(image, &count, Self.quality)
      case .png: gdImagePngPtr(image, &count)
      case .webp: gdImageWebpPtrEx(image, &count, Self.quality)
      case .gif: try gif(&count)
      }
    guard let data else { throw .outOfMemory }
    defer { gdFree(data) }
    return Array(UnsafeRawBufferPointer(start: data, count: Int(count)))
  }

  /// GIF has at most 256 colours, and one of them is nothing at all: what is more than half seen through becomes that.
  private func gif(_ count: inout Int32) throws(ImageScalingError) -> UnsafeMutableRawPointer? {
    let nothing = Self.invisible << 24
    let flat = try Picture(width: width, height: height)
    var hasHoles = false
    for y in 0..<height {
      for x in 0..<width {
        let colour = gdImageGetTrueColorPixel(image, x, y)
        let isHole = colour >> 24 & 0x7F > Self.invisible / 2
        hasHoles = hasHoles || isHole
        gdImageSetPixel(flat.image, x, y, isHole ? nothing : colour & 0xFF_FFFF)
      }
    }
    if hasHoles { gdImageColorTransparent(flat.image, nothing) }
    return gdImageGifPtr(flat.image, &count)
  }
}
