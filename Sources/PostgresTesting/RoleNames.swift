import Synchronization

/// The roles a test database has to drop in the end.
final class RoleNames: Sendable {
  private let names = Mutex<[String]>([])

  func append(_ name: String) { names.withLock { $0.append(name) } }

  func takeAll() -> [String] {
    names.withLock { names in
      defer { names = [] }
      return names
    }
  }
}
