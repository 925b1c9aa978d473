public import EventSourcing
import Synchronization

/// The last commands that were carried out by this process, and those under way: what another path brings again need not go to the log
/// at all. Only a short cut; the log knows them for ever. Two generations bound it.
public final class RecentCommands: Sendable {
  private struct State {
    var young: Set<CommandID> = []
    var old: Set<CommandID> = []
    /// With those who wait for the end of each.
    var running: [CommandID: [CheckedContinuation<Void, Never>]] = [:]
  }

  private enum Turn { case over, mine, anothers }

  private let state = Mutex(State())
  private let halfCapacity: Int

  public init(capacity: Int = 50_000) {
    halfCapacity = max(1, capacity / 2)
  }

  /// Carries a command out unless that was done not long ago. Whoever comes while it is under way waits for its end.
  /// - Returns: what `body` returned; nil when the command had been carried out before.
  /// - Throws: what `body` throws: then it was not carried out, and whoever waits for it does it himself.
  public func once<Outcome>(_ id: CommandID, _ body: () async throws -> Outcome) async throws -> Outcome? {
    while true {
      switch begin(id) {
      case .over: return nil
      case .mine:
        do {
          let outcome = try await body()
          end(id, isDone: true)
          return outcome
        } catch {
          end(id, isDone: false)
          throw error
        }
      case .anothers: await wait(for: id)
      }
    }
  }

  private func begin(_ id: CommandID) -> Turn {
    state.withLock { state in
      if state.young.contains(id) || state.old.contains(id) { return .over }
      if state.running[id] != nil { return .anothers }
      state.running[id] = []
      return .mine
    }
  }

  private func wait(for id: CommandID) async {
    await withCheckedContinuation { continuation in
      let isOver = state.withLock { state in
        guard state.running[id] != nil else { return true }
        state.running[id]!.append(continuation)
        return false
      }
      if isOver { continuation.resume() }
    }
  }

  private func end(_ id: CommandID, isDone: Bool) {
    let waiting = state.withLock { state in
      if isDone {
        state.young.insert(id)
        if state.young.count >= halfCapacity { (state.young, state.old) = ([], state.young) }
      }
      return state.running.removeValue(forKey: id) ?? []
    }
    for continuation in waiting { continuation.resume() }
  }
}
