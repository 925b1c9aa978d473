public import EventSourcing
public import Logging
public import Postgres
import Synchronization

/// Where the keys of subjects are kept, apart from the events they open.
public protocol SubjectKeyStore: Sendable {
  /// The keys of these subjects that exist. With `create`, missing ones are made, except those of forgotten subjects.
  func keys(of subjects: Set<SubjectID>, create: Bool) async throws -> [SubjectID: SubjectKey]

  /// Destroys a subject's key for ever. Other processes forget it within ``PostgresSubjectKeys/cacheLifetime``. Safe to repeat.
  func forget(_ subject: SubjectID) async throws
}

/// Keys in a database of their own, with a bounded cache.
public final class PostgresSubjectKeys: SubjectKeyStore, Sendable {
  /// How long a key is used without being asked for again; a key destroyed by another process opens nothing after that.
  public static let cacheLifetime: Duration = .seconds(60)

  private static let cacheCapacity = 100_000

  private struct Cached {
    let key: SubjectKey
    let until: ContinuousClock.Instant
  }

  private let client: PostgresClient
  private let cache = Mutex([SubjectID: Cached]())

  public init(_ configuration: PostgresConfiguration, logger: Logger) {
    client = PostgresClient(configuration, logger: logger)
  }

  public func close() async {
    await client.close()
  }

  public func keys(of subjects: Set<SubjectID>, create: Bool) async throws -> [SubjectID: SubjectKey] {
    var found = cached(subjects)
    let missing = subjects.subtracting(found.keys)
    guard !missing.isEmpty else { return found }
    let names = PostgresValue.textArray(missing.map(\.rawValue))
    let rows =
      create
      ? try await client.query(Self.ensure, [names, .bytesArray(missing.map { _ in SubjectKey.random().bytes })])
      : try await client.query(Self.find, [names])
    for row in rows { found[SubjectID(try row.string(0))] = SubjectKey(bytes: try row.bytes(1)) }
    remember(found)
    return found
  }

  public func forget(_ subject: SubjectID) async throws {
    _ = try await client.query(Self.forget, [.text(subject.rawValue)])
    cache.withLock { _ = $0.removeValue(forKey: subject) }
  }

  private func cached(_ subjects: Set<SubjectID>) -> [SubjectID: SubjectKey] {
    let now = ContinuousClock.now
    return cache.withLock { cache in
      var found: [SubjectID: SubjectKey] = [:]
      for subject in subjects {
        if let entry = cache[subject], entry.until > now { found[subject] = entry.key }
      }
      return found
    }
  }

  private func remember(_ keys: [SubjectID: SubjectKey]) {
    let until = ContinuousClock.now + Self.cacheLifetime
    cache.withLock { cache in
      if cache.count + keys.count > Self.cacheCapacity { cache = [:] }
      for (subject, key) in keys where cache[subject] == nil || cache[subject]!.until < .now {
        cache[subject] = Cached(key: key, until: until)
      }
    }
  }

  /// $1 subjects text[].
  private static let find = PostgresStatement("find_keys", "select subject, key from subject_keys.find_keys($1)")

  /// $1 subjects text[], $2 a fresh key for each bytea[].
  private static let ensure = PostgresStatement("ensure_keys", "select subject, key from subject_keys.ensure_keys($1, $2)")

  /// $1 subject text.
  private static let forget = PostgresStatement("forget_subject", "select subject_keys.forget($1)")
}
