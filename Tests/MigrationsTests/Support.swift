import FoundationEssentials
import Logging
import Migrations
import Postgres
import PostgresTesting
import Testing

/// The project's own `schema/`.
let projectSchema = String(#filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()) + "/schema"

/// Runs `body` with a migrator whose databases and roles nobody else has; they are dropped whatever happens.
func withMigrator<R: Sendable>(_ schema: String = projectSchema, _ body: (Migrator) async throws -> R) async throws -> R {
  let migrator = try Migrator(
    adminURL: try TestDatabase.server().urlWithPassword(), schemaDirectory: schema, passwordSeed: "a seed for tests",
    prefix: "m\(UInt32.random(in: 0 ... .max))_")
  let result: R
  do {
    result = try await body(migrator)
  } catch {
    try? await migrator.dropEverything()
    throw error
  }
  try await migrator.dropEverything()
  return result
}

/// Runs `body` with a folder of migrations for one read database `shop` and one other `ledger`, written anew.
func withSchemaFolder<R: Sendable>(_ body: (SchemaFolder) async throws -> R) async throws -> R {
  let folder = SchemaFolder(path: "\(FileManager.default.temporaryDirectory.path)/schema-\(UUID().uuidString)")
  defer { try? FileManager.default.removeItem(atPath: folder.path) }
  try folder.write("shop/fixed/1_internal.sql", folder.internalSchema(of: "shop"), down: "drop schema internal cascade;")
  try folder.write("shop/generation/live/1_goods.sql", "create table goods (id bigint primary key);", down: "drop table goods;")
  try folder.write("ledger/fixed/1_book.sql", "create table public.book (id bigint);", down: "drop table public.book;")
  return try await body(folder)
}

struct SchemaFolder {
  let path: String

  /// - Parameter head: stands before the sections.
  func write(_ file: String, head: String = "", _ up: String, down: String?) throws {
    let full = "\(path)/\(file)"
    let folder = full.split(separator: "/").dropLast().map { "/" + $0 }.joined()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let text = head + "-- migrate:up\n\(up)\n" + (down.map { "-- migrate:down\n\($0)\n" } ?? "")
    try Data(text.utf8).write(to: URL(filePath: full))
  }

  /// The least that a migrator needs in a read database.
  func internalSchema(of database: String) -> String {
    """
    create schema internal authorization \(database)_owner;
    set role \(database)_owner;
    create table internal.generations (
      id bigint generated always as identity primary key, state text not null, changed_at timestamptz default now());
    create table internal.checkpoints (generation bigint);
    create table internal.parked_events (generation bigint);
    reset role;
    """
  }

  func remove(_ file: String) throws {
    try FileManager.default.removeItem(atPath: "\(path)/\(file)")
  }
}

/// Runs `body` with a client that connects as a role.
func withClient<R: Sendable>(_ configuration: PostgresConfiguration, _ body: (PostgresClient) async throws -> R) async throws -> R {
  let client = PostgresClient(configuration, logger: .init(label: "test"))
  let result: R
  do {
    result = try await body(client)
  } catch {
    await client.close()
    throw error
  }
  await client.close()
  return result
}
