import APIGateway
import Crypto
import EventSourcing
import EventStore
import Logging
import ObjectStorage
import Postgres

/// The log, the keys and what runs commands over them: what every role opens first and closes last.
struct Stores: Sendable {
  let log: PostgresEventLog
  let keys: PostgresSubjectKeys
  let executor: CommandExecutor
  let emails: EmailFingerprint
  /// Nil where none is configured.
  let objects: ObjectStorage?

  /// Opens the log as the application's role, or as another one that may only follow it.
  init(_ settings: Settings, as role: String? = nil) throws {
    var configuration = try settings.postgres("EVENT_STORE_URL")
    if let role { configuration = try settings.other(role, at: configuration) }
    keys = PostgresSubjectKeys(try settings.postgres("SUBJECT_KEYS_URL"), logger: settings.logger)
    log = PostgresEventLog(configuration, keys: keys, logger: settings.logger)
    executor = CommandExecutor(log: log)
    emails = EmailFingerprint(secret: try settings.derivedKey("e-mail claims").withUnsafeBytes { Array($0) })
    objects = try settings.objectStorage().map { ObjectStorage($0, logger: settings.logger) }
  }

  /// Answers what was handed over, then closes all connections.
  func close() async {
    await log.close()
    await keys.close()
    await objects?.close()
  }

  /// Opens, works and closes, whatever happens in between.
  static func use<Result>(_ settings: Settings, as role: String? = nil, _ body: (Stores) async throws -> Result) async throws -> Result {
    let stores = try Stores(settings, as: role)
    do {
      let result = try await body(stores)
      await stores.close()
      return result
    } catch {
      await stores.close()
      throw error
    }
  }
}
