import FoundationEssentials

/// What the folder `schema/` says: a folder a database, with the migrations of each part in order.
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

  /// By name; the event store first, since the others' roles are let into it.
  let databases: [Database]

  init(path: String) throws(MigrationError) {
    let names = try Self.entries(of: path).filter { Self.isFolder("\(path)/\($0)") && !$0.hasPrefix(".") }
    var databases: [Database] = []
    for name in Self.always + names.filter({ !Self.always.contains($0) }) {
      databases.append(try Self.read(name, path: "\(path)/\(name)"))
    }
    self.databases = databases
  }

  subscript(name: String) -> Database? {
    databases.first { $0.name == name }
  }

  private static func read(_ name: String, path: String) throws(MigrationError) -> Database {
    var files = try files(in: "\(path)/fixed", part: .fixed)
    for part in MigrationPart.generation {
      files += try self.files(in: "\(path)/generation/\(part.rawValue)", part: part)
    }
    return Database(name: name, files: files, hasGenerations: isFolder("\(path)/generation"))
  }

  private static func files(in folder: String, part: MigrationPart) throws(MigrationError) -> [MigrationFile] {
    guard isFolder(folder) else { return [] }
    var files: [MigrationFile] = []
    for name in try entries(of: folder) where name.hasSuffix(".sql") {
      files.append(try MigrationFile(path: "\(folder)/\(name)", part: part))
    }
    for (first, second) in zip(files, files.dropFirst()) where first.version == second.version {
      throw .malformed(path: "\(folder)/\(second.label).sql", reason: "\(first.label).sql has the same version")
    }
    return files
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
