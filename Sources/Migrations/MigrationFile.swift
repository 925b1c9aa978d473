import Crypto
import FoundationEssentials

/// Where a migration's objects live.
public enum MigrationPart: String, Sendable, Hashable, CaseIterable {
  /// Outside the generations: roles' rights, extensions, bookkeeping. Fully qualified statements.
  case fixed
  /// Projected rows, in the schema `live` of a generation.
  case live
  /// Copies of other services' facts, in the schema `copies` of a generation.
  case copies

  /// The parts that are made anew for each generation.
  static let generation: [MigrationPart] = [.live, .copies]
}

/// One file `<version>_<name>.sql` with its two sections, in dbmate's form: `-- migrate:up`, then `-- migrate:down`.
///
/// A file that read databases share writes `:"owner"`, `:"projector"` and `:"reader"` for the roles of the one it is applied to. It is for all
/// of them, or for those that a line `-- migrate:databases` before its sections names.
public struct MigrationFile: Sendable, Hashable {
  /// Where it was read from.
  let path: String
  /// Whether it is applied to read databases in general, and not to one alone.
  let isShared: Bool
  /// The read databases that a shared file is for; nil for all.
  let databases: Set<String>?
  public let part: MigrationPart
  /// The digits before the first underscore; files are applied in their order.
  public let version: String
  /// What stands between version and `.sql`.
  public let name: String
  /// The statements that apply it.
  public let up: String
  /// The statements that revert it; nil when the file has none.
  public let down: String?
  /// SHA-256 over the file's bytes, in hex.
  public let checksum: String

  /// The names that stand as `:"name"` in either section; none where the file is of one database, which can name its roles itself.
  var placeholders: [Substring] {
    isShared ? [up, down ?? ""].flatMap { RolePlaceholders.names(in: $0) } : []
  }

  /// Version and name, as in the file's name.
  public var label: String { "\(version)_\(name)" }

  /// Reads a file.
  /// - Throws: `MigrationError.malformed`.
  init(path: String, part: MigrationPart, isShared: Bool = false) throws(MigrationError) {
    let fileName = String(path.split(separator: "/").last ?? "")
    let stem = fileName.dropLast(".sql".count)
    let version = stem.prefix { $0.isASCII && $0.isNumber }
    guard !version.isEmpty, stem.dropFirst(version.count).first == "_" else {
      throw .malformed(path: path, reason: "its name is not <version>_<name>.sql")
    }
    guard let data = FileManager.default.contents(atPath: path) else { throw .unreadable(path: path) }

    var databases: Set<String>?
    var sections: [String: [Substring]] = [:]
    var current: String?
    for line in String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("-- migrate:up") {
        current = "up"
      } else if line.hasPrefix("-- migrate:down") {
        current = "down"
      } else if isShared, current == nil, line.hasPrefix("-- migrate:databases ") {
        databases = Set(line.split(separator: " ").dropFirst(2).map(String.init))
      } else if let current {
        sections[current, default: []].append(line)
      }
    }
    guard let up = sections["up"] else { throw .malformed(path: path, reason: "it has no line -- migrate:up") }
    self.path = path
    self.isShared = isShared
    self.databases = databases
    self.part = part
    self.version = String(version)
    name = String(stem.dropFirst(version.count + 1))
    self.up = up.joined(separator: "\n")
    down = sections["down"].map { $0.joined(separator: "\n") }
    checksum = SHA256.hash(data: data).map { hexByte($0) }.joined()
  }
}

/// Two lower-case hexadecimal digits.
func hexByte(_ byte: UInt8) -> String {
  let digits = String(byte, radix: 16)
  return digits.utf8.count == 1 ? "0" + digits : digits
}
