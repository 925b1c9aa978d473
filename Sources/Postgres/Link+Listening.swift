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
