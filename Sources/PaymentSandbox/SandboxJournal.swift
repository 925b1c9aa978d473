import EventSourcing
import FoundationEssentials
import JSON
import ProcessManagers
import SystemPackage

/// One line of the journal: what one request led to, or a callback that has been taken. It stands or falls as a whole.
enum SandboxEntry: Sendable, Hashable {
  case done([SandboxOperation], [SandboxCallback])
  /// The callback's id.
  case delivered(String)
}

extension SandboxEntry: JSONCodable {
  init(from json: inout JSONObjectReader) throws {
    if let id = try json.optionalString("delivered") {
      self = .delivered(id)
    } else {
      self = .done(
        try json.array("operations") { try SandboxOperation(from: &$0) }, try json.array("callbacks") { try SandboxCallback(from: &$0) })
    }
  }

  func encode(to json: inout JSONWriter) {
    switch self {
    case .done(let operations, let callbacks):
      json.array("operations", operations) { $1.encode(to: &$0) }
      json.array("callbacks", callbacks) { $1.encode(to: &$0) }
    case .delivered(let id): json.field("delivered", id)
    }
  }
}

/// What the sandbox has done, a line each in a file that only grows.
///
/// A line is handed to the operating system before its request is answered, so that nothing answered is lost when the process is killed.
/// It is not forced to the disk: when the machine dies, the last lines may go. The money is not real, and the wait would be.
struct SandboxJournal: Sendable {
  private let file: FileDescriptor
  /// Bytes of whole lines.
  private var size: Int64

  /// Opens a journal, or begins one. What a kill left of a line was not answered, and is cut off.
  /// - Returns: the journal, and what stands in it.
  static func open(_ path: String) throws -> (journal: SandboxJournal, entries: [SandboxEntry]) {
    let folder = FilePath(path).removingLastComponent()
    if !folder.isEmpty { try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true) }
    let content = FileManager.default.contents(atPath: path).map(Array.init) ?? []
    let end = content.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    let entries = try content[..<end].split(separator: UInt8(ascii: "\n")).map { try SandboxEntry(jsonBytes: Array($0)) }
    let file = try FileDescriptor.open(FilePath(path), .writeOnly, options: [.create, .append], permissions: .ownerReadWrite)
    let journal = SandboxJournal(file: file, size: Int64(end))
    try file.resize(to: journal.size)
    return (journal, entries)
  }

  /// Writes a line.
  /// - Throws: when it does not stand there, nor a part of it.
  mutating func append(_ entry: SandboxEntry) throws {
    let line = entry.jsonBytes + [UInt8(ascii: "\n")]
    do {
      try file.writeAll(line)
    } catch {
      try file.resize(to: size)
      throw error
    }
    size += Int64(line.count)
  }

  func close() { try? file.close() }
}
