import Synchronization

/// The notifications of some channels, in the order the server sent them.
///
/// Ends with a thrown `.connectionLost` when the connection does, and without an error when the task that reads is cancelled. A
/// reader that is far behind loses the oldest: they are a sign to look, not the data itself.
public struct PostgresNotifications: AsyncSequence, Sendable {
  let stream: AsyncThrowingStream<PostgresNotification, any Error>

  /// Hands the notifications out one by one.
  public struct Iterator: AsyncIteratorProtocol {
    var base: AsyncThrowingStream<PostgresNotification, any Error>.Iterator

    /// The next one; nil when the reading task was cancelled.
    public mutating func next() async throws -> PostgresNotification? { try await base.next(isolation: #isolation) }
  }

  /// Starts reading; one reader at a time.
  public func makeAsyncIterator() -> Iterator { Iterator(base: stream.makeAsyncIterator()) }
}

/// What ``PostgresClient/listen(_:_:)`` tells.
public enum PostgresListenEvent: Sendable {
  /// Listening from now on; what was sent before may have been missed, so look now.
  case listening
  /// A notification came.
  case notification(PostgresNotification)
  /// The connection is lost; another is made.
  case lost(PostgresError)
}

extension PostgresConnection {
  /// Most notifications that wait for a reader.
  static let maximumNotifications = 1024
  private static let nextListener = Atomic<UInt64>(1)

  /// Listens on channels, whose names are taken as they are (case matters, nothing needs quotes). Returns when the server listens: what is
  /// notified from then on arrives.
  public func listen(_ channels: String...) async throws(PostgresError) -> PostgresNotifications { try await listen(channels) }

  /// As ``listen(_:)-(String)`` with a list, which must not be empty.
  public func listen(_ channels: [String]) async throws(PostgresError) -> PostgresNotifications {
    try check()
    precondition(!channels.isEmpty, "listening needs a channel")
    mustReset.store(true, ordering: .relaxed)
    let (stream, continuation) = AsyncThrowingStream.makeStream(
      of: PostgresNotification.self, bufferingPolicy: .bufferingNewest(Self.maximumNotifications))
    let id = Self.nextListener.wrappingAdd(1, ordering: .relaxed).oldValue
    let link = link
    continuation.onTermination = { _ in link.thread.perform { link.removeListener(id) } }
    link.thread.perform { link.addListener(id, channels, continuation) }
    do throws(PostgresError) {
      for channel in channels {
        let quoted = "\"" + channel.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
        _ = try await query(.unprepared("LISTEN " + quoted))
      }
    } catch {
      continuation.finish()
      throw error
    }
    return PostgresNotifications(stream: stream)
  }
}

extension PostgresClient {
  /// Listens on channels until the task is cancelled, over connections that are made again when lost; each event is handed to
  /// `onEvent` in turn.
  ///
  /// Holds one exclusive connection all the time. After every `.listening`, look at what there is: notifications of the time before
  /// are not repeated. Returns when the task is cancelled or the client closed; rethrows what `onEvent` throws, and a refusal to
  /// connect that would not go away (a wrong password).
  public func listen(_ channels: [String], _ onEvent: (PostgresListenEvent) async throws -> Void) async throws {
    var failures = 0
    while !Task.isCancelled {
      var lost: PostgresError?
      do {
        lost = try await withConnection { connection -> PostgresError? in
          let notifications: PostgresNotifications
          do throws(PostgresError) {
            notifications = try await connection.listen(channels)
          } catch {
            return error
          }
          failures = 0
          try await onEvent(.listening)
          var iterator = notifications.makeAsyncIterator()
          while true {
            let next: PostgresNotification?
            do {
              next = try await iterator.next()
            } catch let error as PostgresError {
              return error
            }
            guard let next else { return nil }
            try await onEvent(.notification(next))
          }
        }
      } catch let error as PostgresError where error.kind == .connectFailed || error.kind == .timeout {
        guard error.isTransient else { throw error }
        lost = error
      } catch let error as PostgresError where error.kind == .cancelled || error.kind == .closed {
        return
      }
      guard let lost, lost.kind != .cancelled, lost.kind != .closed else { return }
      guard lost.isTransient else { throw lost }
      try await onEvent(.lost(lost))
      let backoff = configuration.reconnectBackoff
      let pause = min(backoff.upperBound, backoff.lowerBound * (1 << min(failures, 10)))
      failures += 1
      try? await Task.sleep(for: pause * Double.random(in: 0.5...1))
    }
  }
}
