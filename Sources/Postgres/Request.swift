import Synchronization

/// One thing asked of a connection, from the call to its answer.
///
/// A request is always owned by exactly one place: a link's queue, its list of those in flight, or nobody once it is complete. Only
/// the owner completes it, so its task is resumed exactly once.
final class Request: @unchecked Sendable {
  // Unchecked: `state` is a lock; the variables after it are set before the request is submitted, then used by the link's I/O thread only,
  // and read by the waiting task after it was resumed.

  enum Kind {
    /// Prepared statements, pipelined: one or several with one Sync, hence one implicit transaction.
    case query
    /// Simple protocol, alone on the connection: scripts and the start of COPY.
    case script(String)
  }

  private struct State {
    var isCancelled = false
    var link: Link?
  }

  let kind: Kind
  let first: PostgresCall
  let others: [PostgresCall]
  let copyDirection: Script.Copy
  private let state = Mutex(State())

  /// Resumed with nil for success.
  var continuation: UnsafeContinuation<PostgresError?, Never>?
  /// Resumed with nil when the rows of a COPY may flow.
  var start: UnsafeContinuation<PostgresError?, Never>?
  /// How it ended badly, for what a COPY asks after its end.
  private(set) var outcome: PostgresError?
  var result: PostgresResult?
  var otherResults: [PostgresResult] = []
  /// When it stops waiting for a connection, in monotonic nanoseconds; 0 while its connection is up.
  var deadline: UInt64 = 0
  /// Whether its task asked to stop it while it was in flight.
  var wantsCancel = false
  /// Whether it was put back into the queue once, because a cancel request for its neighbour hit it.
  var wasRequeued = false
  /// For each of `others` that was sent, whether its preparation went before it.
  var prepares: [Bool] = []
  /// Whether no byte of it was handed to libpq.
  var isUntouched = true

  init(_ call: PostgresCall, others: [PostgresCall] = []) {
    self.copyDirection = .none
    self.kind = .query
    self.first = call
    self.others = others
  }

  /// Several calls, at least one.
  convenience init(calls: [PostgresCall]) {
    self.init(calls[0], others: Array(calls.dropFirst()))
  }

  /// A script, or with a direction a COPY.
  init(script: String, copy: Script.Copy = .none) {
    self.copyDirection = copy
    self.kind = .script(script)
    self.first = PostgresCall(PostgresStatement("script", script))
    self.others = []
  }

  var isQuery: Bool { if case .query = kind { true } else { false } }
  var count: Int { 1 + others.count }
  /// In the order of the calls, once it has succeeded.
  var results: [PostgresResult] { [result!] + otherResults }
  func call(_ index: Int) -> PostgresCall { index == 0 ? first : others[index - 1] }

  /// Notes the link that owns it now; false when its task was cancelled meanwhile.
  func place(on link: Link?) -> Bool {
    state.withLock { state in
      state.link = link
      return !state.isCancelled
    }
  }

  var isCancelled: Bool { state.withLock { $0.isCancelled } }

  /// From the task's cancellation handler.
  func cancel() {
    let link = state.withLock { state in
      state.isCancelled = true
      return state.link
    }
    link?.cancel(self)
  }

  func complete(_ error: PostgresError?) {
    _ = place(on: nil)
    outcome = error
    if let start {
      self.start = nil
      start.resume(returning: error)
    }
    if let continuation {
      self.continuation = nil
      continuation.resume(returning: error)
    }
  }
}

extension Request {
  /// Submits the request and waits for its end. With `isCancellable` false it is finished whatever happens to the task.
  func run(on link: Link, isCancellable: Bool = true) async throws(PostgresError) {
    let error: PostgresError?
    if isCancellable {
      error = await withTaskCancellationHandler {
        await withUnsafeContinuation { continuation in
          self.continuation = continuation
          link.submit(self)
        }
      } onCancel: {
        self.cancel()
      }
    } else {
      error = await withUnsafeContinuation { continuation in
        self.continuation = continuation
        link.submit(self)
      }
    }
    if let error { throw error }
  }
}
