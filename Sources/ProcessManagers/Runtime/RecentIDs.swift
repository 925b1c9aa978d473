import EventSourcing
import Synchronization

/// The last commands that were carried out by this process: what another path brings again need not go to the log at all.
/// Only a short cut; the log knows them for ever. Two generations bound it.
public final class RecentIDs: Sendable {
  private let generations = Mutex<(young: Set<CommandID>, old: Set<CommandID>)>(([], []))
  private let halfCapacity: Int

  init(capacity: Int = 50_000) {
    halfCapacity = max(1, capacity / 2)
  }

  func contains(_ id: CommandID) -> Bool {
    generations.withLock { $0.young.contains(id) || $0.old.contains(id) }
  }

  func insert(_ id: CommandID) {
    generations.withLock {
      $0.young.insert(id)
      if $0.young.count >= halfCapacity { $0 = ([], $0.young) }
    }
  }
}
