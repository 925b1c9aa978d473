import FoundationEssentials

/// What the folder `schema/` says: a folder a database, with the migrations of each part in order. What stands in the folder
/// `shared` belongs to every read database, or to those that a file names, among its own files by version.
struct SchemaDirectory: Sendable {
  /// One database.
  struct Database: Sendable {
    let name: String
    let files: [MigrationFile]
    /// Whether it is a read database, with generations.
    let hasGenerations: Bool

    func files(of part: MigrationPart) -> [MigrationFile] {
      files.filter { $0.part == part }
    }
  }

  /// Databases that exist even without a folder.
  private static let always = ["event_store", "subject_keys"]

  /// The folder that is no database's.
  private static let shared = "shared"

  /// By name; the event store first, since the others' roles are let into it.
  let databases: [Database]

  init(path: String) throws(MigrationError) {
    let names = try Self.entries(of: path).filter { Self.isFolder("\(path)/\($0)") && !$0.hasPrefix(".") && $0 != Self.shared }
    let shared = try Self.files(in: "\(path)/\(Self.shared)/fixed", part: .fixed, isShared: true)
    var databases: [Database] = []
    for name in Self.always + names.filter({ !Self.always.contains($0) }) {
      databases.append(try Self.read(name, path: "\(path)/\(name)", shared: shared))
    }
    self.databases = databases
  }

  subscript(name: String) -> Database? {
    databases.first { $0.name == name }
  }

  private static func read(_ name: String, path: String, shared: [MigrationFile]) throws(MigrationError) -> Database {
    let hasGenerations = isFolder("\(path)/generation")
    var files = try files(in: "\(path)/fixed", part: .fixed)
    if hasGenerations {
      files = (shared.filter { $0.databases?.contains(name) ?? true } + files).sorted { $0.label < $1.label }
      try refuseEqualVersions(files)
    }
    for part in MigrationPart.generation {
      files += try self.files(in: "\(path)/generation/\(part.rawValue)", part: part)
    }
    let roles = DatabaseRole.all(hasGenerations: hasGenerations)
    for file in files {
      for unknown in file.placeholders where !roles.contains(where: { $0.rawValue == unknown }) {
        throw .malformed(path: file.path, reason: ":\"\(unknown)\" is no role of \(name)")
      }
    }
    return Database(name: name, files: files, hasGenerations: hasGenerations)
  }

  private static func files(in folder: String, part: MigrationPart, isShared: Bool = false) throws(MigrationError) -> [MigrationFile] {
    guard isFolder(folder) else { return [] }
    var files: [MigrationFile] = []
    for name in try entries(of: folder) where name.hasSuffix(".sql") {
      files.append(try MigrationFile(path: "\(folder)/\(name)", part: part, isShared: isShared))
    }
    try refuseEqualVersions(files)
    return files
  }

  /// - Parameter files: sorted by name.
  private static func refuseEqualVersions(_ files: [MigrationFile]) throws(MigrationError) {
    for (first, second) in zip(files, files.dropFirst()) where first.version == second.version {
      throw .malformed(path: second.path, reason: "\(first.path) has the same version")
    }
  }

  /// Names in a folder, sorted.
  private static func entries(of path: String) throws(MigrationError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    } catch {
      throw .unreadable(path: path)
    }
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
  }
}
