import CLibPQ

/// Rows of a COPY out as they came, several at once: the bytes of all, and where each ends.
struct CopyChunk: Sendable {
  var bytes: [UInt8] = []
  var ends: [Int] = []
}

typealias CopyAnswer = UnsafeContinuation<Result<CopyChunk?, PostgresError>, Never>

/// What runs alone on a link outside pipeline mode: a script of the simple protocol, or a COPY.
///
/// A COPY in: `start` is resumed, then each `chunk` once the socket has taken it, and in the end the request. A COPY out: `start`,
/// then each `demand` with what is there; without a demand the socket is left alone, which holds the server back. Used on the link's
/// thread only.
final class Script {
  enum Copy { case none, incoming, outgoing }

  let request: Request
  var error: PostgresError?
  var copy = Copy.none
  /// A chunk on its way into the socket.
  var chunk: UnsafeContinuation<PostgresError?, Never>?
  /// A reader that waits for rows.
  var demand: CopyAnswer?
  /// The reader has gone; what still comes is dropped.
  var isDiscarding = false

  init(request: Request) { self.request = request }

  var pausesReading: Bool { copy == .outgoing && demand == nil && !isDiscarding }

  func chunkWasWritten(_ error: PostgresError?) {
    guard let chunk else { return }
    self.chunk = nil
    chunk.resume(returning: error)
  }

  /// Before the request itself is completed: nobody may be left waiting.
  func end(_ error: PostgresError?) {
    chunkWasWritten(error ?? .closed("the COPY has ended"))
    if let demand {
      self.demand = nil
      demand.resume(returning: error.map { .failure($0) } ?? .success(nil))
    }
  }
}

extension Link {
  /// Bytes after which rows of a COPY out are handed over.
  static let copyChunkBytes = 256 * 1024

  /// Leaves pipeline mode (nothing is in flight) and sends the text.
  func startScript(_ request: Request, _ sql: String) {
    request.isUntouched = false
    if isInPipeline {
      guard PQexitPipelineMode(connection) == 1 else {
        let message = connectionMessage()
        finish(request, PostgresError(.connectionLost, message))
        lose(message)
        return
      }
      isInPipeline = false
    }
    script = Script(request: request)
    if PQsendQuery(connection, sql) != 1 {
      lose(connectionMessage())
    } else if request.isCancelled {
      cancelInFlight(request)
    }
  }

  func readScriptAnswers() {
    while let script {
      if script.copy == .outgoing { readCopyRows(script) }
      guard connection != nil, script.copy == .none, PQisBusy(connection) == 0 else { return }
      guard let handle = PQgetResult(connection) else {
        endScript(script)
        return
      }
      switch PQresultStatus(handle) {
      case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE:
        if script.error == nil { script.error = PostgresError(result: handle, statement: script.request.first.statement) }
        PQclear(handle)
        if PQstatus(connection) == CONNECTION_BAD {
          lose(connectionMessage())
          return
        }
      case PGRES_COPY_IN:
        PQclear(handle)
        begin(.incoming, script)
      case PGRES_COPY_OUT, PGRES_COPY_BOTH:
        PQclear(handle)
        begin(.outgoing, script)
      default:
        script.request.result = PostgresResult(handle: handle)
      }
    }
  }

  /// The server is ready for rows, or about to send some.
  private func begin(_ copy: Script.Copy, _ script: Script) {
    let isWanted = script.request.copyDirection == copy
    if isWanted, let start = script.request.start {
      script.request.start = nil
      script.copy = copy
      start.resume(returning: nil)
      return
    }
    if script.error == nil {
      script.error = PostgresError(
        .invalidParameter, "COPY of the other direction, or within a script; use copyIn or copyOut", sqlState: nil,
        statement: script.request.first.statement)
    }
    if copy == .incoming {
      _ = PQputCopyEnd(connection, "not expected here")
    } else {
      script.copy = .outgoing
      script.isDiscarding = true
    }
  }

  /// All answered: back to pipeline mode.
  private func endScript(_ script: Script) {
    self.script = nil
    var error = script.error
    if error?.sqlState == .queryCanceled, script.request.wantsCancel { error = .cancelled }
    if error == nil, let start = script.request.start {
      script.request.start = nil
      start.resume(returning: PostgresError(.invalidParameter, "the statement is no COPY of this direction"))
    }
    script.end(error)
    let isUsable = PQenterPipelineMode(connection) == 1
    isInPipeline = isUsable
    finish(script.request, error)
    if !isUsable { lose(connectionMessage()) }
  }

  // MARK: COPY in

  /// Sends a chunk; `continuation` is resumed when the socket has taken it all.
  func copyWrite(_ bytes: [UInt8], _ request: Request, _ continuation: UnsafeContinuation<PostgresError?, Never>) {
    guard let script, script.request === request, script.copy == .incoming else {
      continuation.resume(returning: request.outcome ?? .closed("the COPY has ended"))
      return
    }
    script.chunk = continuation
    let isTaken = bytes.withUnsafeBytes { bytes in
      PQputCopyData(connection, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count)) == 1
    }
    if isTaken { flush() } else { lose(connectionMessage()) }
  }

  /// Ends a COPY in, well or (with a reason) badly; the request's continuation gets the outcome.
  func copyEnd(_ request: Request, reason: String?, _ continuation: UnsafeContinuation<PostgresError?, Never>) {
    guard let script, script.request === request, script.copy == .incoming else {
      continuation.resume(returning: request.outcome)
      return
    }
    request.continuation = continuation
    script.copy = .none
    if PQputCopyEnd(connection, reason) != 1 { return lose(connectionMessage()) }
    // The refusal of a row may have been read long ago; libpq looks at it only now.
    readAnswers()
    if connection != nil {
      flush()
      drain()
    }
  }

  // MARK: COPY out

  /// Asks for more rows; nil in the end.
  func copyRead(_ request: Request, _ answer: CopyAnswer) {
    guard let script, script.request === request else {
      answer.resume(returning: request.outcome.map { .failure($0) } ?? .success(nil))
      return
    }
    script.demand = answer
    readAnswers()
    if connection != nil {
      flush()
      drain()
    }
  }

  /// The reader wants no more: the server is asked to stop, and what still comes is dropped.
  func copyDiscard(_ request: Request, _ continuation: UnsafeContinuation<PostgresError?, Never>) {
    guard let script, script.request === request else {
      continuation.resume(returning: request.outcome)
      return
    }
    request.continuation = continuation
    script.isDiscarding = true
    cancelInFlight(request)
    readAnswers()
    if connection != nil {
      flush()
      drain()
    }
  }

  private func readCopyRows(_ script: Script) {
    guard script.demand != nil || script.isDiscarding else { return }
    var chunk = CopyChunk()
    while true {
      var row: UnsafeMutablePointer<CChar>?
      let count = PQgetCopyData(connection, &row, 1)
      if count > 0, let row {
        if !script.isDiscarding {
          chunk.bytes.append(contentsOf: UnsafeRawBufferPointer(start: row, count: Int(count)))
          chunk.ends.append(chunk.bytes.count)
        }
        PQfreemem(row)
        if chunk.bytes.count >= Self.copyChunkBytes { break }
      } else {
        // 0: no more for now. -1: the end; -2: an error, which the results that follow explain.
        if count < 0 { script.copy = .none }
        break
      }
    }
    if !chunk.ends.isEmpty, let demand = script.demand {
      script.demand = nil
      demand.resume(returning: .success(chunk))
    }
  }
}
