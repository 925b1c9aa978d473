import Synchronization

/// What an executor decides with; always used under its lock.
final class Deciding {
  let cache: AggregateCache
  var turns = TurnQueue()

  init(cacheCapacity: Int) {
    cache = AggregateCache(capacity: cacheCapacity)
  }
}

extension CommandExecutor {
  /// Waits for a turn of this process and decides in it, on the states that were read there.
  func attemptInTurn<C: Command>(_ call: Call<C>, _ found: Fetched, _ streams: [StreamFetch]) async -> Attempt<C.Answer> {
    await withCheckedContinuation { continuation in
      let waiting = TurnQueue.Waiting(streams: streams) { deciding in
        if let early = self.decide(call, found, avoidsContended: false, deciding, continuation) { continuation.resume(returning: early) }
      } giveUp: {
        continuation.resume(returning: .noTurn)
      }
      // Unstructured, because a turn decides the commands of many tasks. It ends when no command waits any more.
      if deciding.withLock({ $0.turns.add(waiting) }) { Task { await takeTurns() } }
    }
  }

  private func takeTurns() async {
    while let request = deciding.withLock({ $0.turns.nextRequest($0.cache) }) {
      do throws(AppendError) {
        try await log.takeTurn(reading: request.tails, limit: TurnQueue.Limit.events) { news in
          self.deciding.withLock { Self.decideAll(request, news, $0) }
        }
      } catch {
        for command in deciding.withLock({ $0.turns.take(request) }) { command.giveUp() }
      }
    }
  }

  private static func decideAll(_ request: TurnQueue.Request, _ news: [StreamName: [RecordedEvent]], _ deciding: Deciding) {
    for (stream, read) in request.reads {
      let events = news[stream] ?? []
      if events.count < TurnQueue.Limit.events, let state = read.fetch.fold(events, read.baseline) {
        deciding.turns.note(stream, hasNews: deciding.cache.renew(stream, state))
      } else {
        // Whoever needs it finds it missing, loads it without holding anybody up, and comes back.
        deciding.cache.forgetPrediction(stream)
      }
    }
    for command in deciding.turns.take(request) { command.decide(deciding) }
  }
}
