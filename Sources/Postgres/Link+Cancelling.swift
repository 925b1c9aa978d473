import CLibPQ

extension Link {
  /// The task of a request that was sent wants it stopped. It is stopped when the server has come to it: before, a cancel request would hit
  /// whatever runs now.
  func cancelInFlight(_ request: Request) {
    if let script, script.request === request {
      request.wantsCancel = true
      startCancel(for: request)
    } else if inFlight.contains(where: { $0.request === request }) {
      request.wantsCancel = true
      if inFlight.first?.request === request { startCancel(for: request) }
    }
  }

  /// Stops whatever runs now; for `PostgresConnection.cancel`.
  func cancelRunning() {
    if let request = script?.request ?? inFlight.first?.request { cancelInFlight(request) }
  }

  /// Sends a cancel request over a connection of its own; it blocks, so a thread of its own takes it. Meanwhile nothing new is sent here.
  func startCancel(for request: Request, pause: Int64 = 20_000_000) {
    guard !isCancelling, let connection, let cancel = PQgetCancel(connection) else { return }
    isCancelling = true
    let handle = Handle(raw: cancel)
    let attempt = self.attempt
    startThread(name: "postgres-cancel") {
      var message = [CChar](repeating: 0, count: 256)
      _ = PQcancel(handle.raw, &message, 256)
      PQfreeCancel(handle.raw)
      self.thread.perform {
        guard self.attempt == attempt, self.connection != nil else { return }
        self.isCancelling = false
        self.cancelShadow = self.inFlight.count
        self.drain()
        // It came too early if the server had not begun the statement: then once more.
        self.thread.after(pause) {
          guard self.attempt == attempt, request === (self.script?.request ?? self.inFlight.first?.request) else { return }
          self.startCancel(for: request, pause: min(pause * 2, 1_000_000_000))
        }
      }
    }
  }
}
