import EventSourcing
import Postgres
import Synchronization

/// A turn that was asked for; see `EventLog.takeTurn`.
struct PendingTurn: Sendable {
  let tails: [StreamTail]
  let limit: Int
  let decide: @Sendable ([StreamName: [RecordedEvent]]) -> Void
  let end: CheckedContinuation<Result<Void, AppendError>, Never>
}

extension GroupCommitter {
  /// Waits for a turn, and until what `decide` handed over in it was answered.
  func takeTurn(
    reading tails: [StreamTail], limit: Int, decide: @escaping @Sendable ([StreamName: [RecordedEvent]]) -> Void
  ) async throws(AppendError) {
    let result = await withCheckedContinuation { end in
      enum Next { case queued, start, refused }
      let next: Next = state.withLock { state in
        if state.isClosed { return .refused }
        state.turns.append(PendingTurn(tails: tails, limit: limit, decide: decide, end: end))
        if state.isRunning { return .queued }
        state.isRunning = true
        return .start
      }
      switch next {
      case .queued: break
      case .start: start()
      case .refused: end.resume(returning: .failure(.unavailable(reason: "the log is closed")))
      }
    }
    try result.get()
  }

  /// Takes the head's lock, where the groups of all processes queue, lets the turn decide on what is there, and writes that together
  /// with what waits, all in one transaction.
  ///
  /// Two round trips, and between them nothing waits. What goes wrong before the decision ends the turn without one; what goes wrong
  /// after it leaves a group like any other, which is sent again without a turn.
  func take(_ turn: PendingTurn) async {
    var group: [PendingAppend]?
    do {
      let results = try await client.transact([
        PostgresCall(Statements.takeTurn),
        PostgresCall(
          Statements.readTails,
          [
            .textArray(turn.tails.map(\.stream.rawValue)), .int64Array(turn.tails.map(\.after.rawValue)), .int64(Int64(turn.limit)),
          ]),
      ]) { results in
        let news = Dictionary(grouping: try EventRows.read(results[1]), by: \.stream)
        let earlier = takeWaiting()
        turn.decide(news)
        let written = state.withLock { state in
          // Before whatever waited: that was decided without knowing what was read here.
          state.waiting += earlier
          return takeGroup(&state)
        }
        group = written
        return written.isEmpty ? [] : [PostgresCall(AppendGroup.statement, AppendGroup(written).parameters)]
      }
      if let group, let rows = results.first { answer(group, rows, own: []) }
    } catch {
      guard let group else { return turn.end.resume(returning: .failure(.unavailable(reason: String(describing: error)))) }
      if !group.isEmpty { await commit(group, isResent: PostgresError.underlying(error)?.kind == .connectionLost) }
    }
    turn.end.resume(returning: .success(()))
  }
}
