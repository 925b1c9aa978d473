#if canImport(Glibc)
import Glibc
#endif

/// Reads a file line by line with a bounded buffer.
struct LineReader: ~Copyable {
  private let descriptor: Int32
  private let path: String
  private var buffer: [UInt8] = []
  private var start = 0
  private var atEnd = false
  /// Read at a time.
  private static let chunkSize = 1 << 18
  /// No line of the format is longer.
  private static let maximumLine = 1 << 20

  init(path: String) throws(JourneyError) {
    descriptor = open(path, O_RDONLY)
    self.path = path
    guard descriptor >= 0 else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
  }

  deinit { close(descriptor) }

  /// The next line without its newline; nil at the end.
  mutating func next() throws(JourneyError) -> [UInt8]? {
    var searched = start
    while true {
      if let newline = buffer[searched...].firstIndex(of: 0x0A) {
        defer { start = newline + 1 }
        return Array(buffer[start..<newline])
      }
      searched = buffer.count
      if atEnd {
        defer { start = buffer.count }
        return start < buffer.count ? Array(buffer[start...]) : nil
      }
      guard buffer.count - start < Self.maximumLine else { throw .unreadable(path: path, reason: "a line is longer than 1 MiB") }
      searched -= start
      try fill()
    }
  }

  private mutating func fill() throws(JourneyError) {
    buffer.removeSubrange(..<start)
    start = 0
    let kept = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: Self.chunkSize))
    let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + kept, Self.chunkSize) }
    guard count >= 0 else { throw .unreadable(path: path, reason: String(cString: strerror(errno))) }
    buffer.removeLast(Self.chunkSize - count)
    atEnd = count == 0
  }
}

/// Why an import stopped. What was imported until then stays, and the next run goes on from there.
public enum JourneyError: Error, Sendable, CustomStringConvertible {
  /// A file is missing or cannot be read.
  case unreadable(path: String, reason: String)
  /// A line does not have the fields of its file's format.
  case malformed(file: String, line: Int, reason: String)
  /// The folder was converted by another version of the script.
  case unknownFormat(Int)
  /// A row was refused.
  case refused(file: String, line: Int, reason: String)

  public var description: String {
    switch self {
    case .unreadable(let path, let reason): "\(path): \(reason)"
    case .malformed(let file, let line, let reason): "\(file), line \(line): \(reason)"
    case .unknownFormat(let format): "the folder has format \(format), this program reads 3: convert it again"
    case .refused(let file, let line, let reason): "\(file), line \(line): refused: \(reason)"
    }
  }
}
