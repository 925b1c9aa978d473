import CLibPQ

extension Link {
  /// Hands out the notifications that came; libpq parses what it has read while it looks for them.
  func deliverNotifications() {
    while let notice = PQnotifies(connection) {
      let channel = String(cString: notice.pointee.relname)
      let notification = PostgresNotification(
        channel: channel, payload: String(cString: notice.pointee.extra), backendProcessID: notice.pointee.be_pid)
      PQfreemem(notice)
      for continuation in listeners[channel, default: [:]].values { continuation.yield(notification) }
    }
  }

  /// Ends all streams with an error.
  func finishListeners(_ error: PostgresError) {
    let all = listeners
    listeners = [:]
    for streams in all.values {
      for continuation in streams.values { continuation.finish(throwing: error) }
    }
  }
}

extension Link {
  typealias NotificationContinuation = AsyncThrowingStream<PostgresNotification, any Error>.Continuation

  /// Adds a stream; before its LISTEN is sent, so that nothing is missed.
  func addListener(_ id: UInt64, _ channels: [String], _ continuation: NotificationContinuation) {
    guard phase != .closed else {
      continuation.finish(throwing: PostgresError.closed("the connection is closed"))
      return
    }
    for channel in channels { listeners[channel, default: [:]][id] = continuation }
  }

  func removeListener(_ id: UInt64) {
    for channel in Array(listeners.keys) { listeners[channel]?[id] = nil }
  }
}
