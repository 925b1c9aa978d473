import CLibPQ
import Synchronization

extension Link {
  /// Takes what waits and may go now, sends it, and connects first where that is due. Runs after every answer too: whoever was resumed by
  /// the answers has had the time to ask again, and joins this batch.
  func drain() {
    let room = configuration.maximumInFlight - inFlight.count
    let isBusyAlone = script != nil || isCancelling
    let nothingInFlight = inFlight.isEmpty
    let phase = inbox.withLock { inbox -> Phase in
      inbox.isScheduled = false
      guard inbox.phase == .ready, !isBusyAlone else { return inbox.phase }
      while batch.count < room, let next = inbox.queue.first {
        if !next.isQuery {
          // A script goes alone: when all before it is answered, and with nothing after it.
          if batch.isEmpty && nothingInFlight, let request = inbox.queue.popFirst() { batch.append(request) }
          break
        }
        if let request = inbox.queue.popFirst() { batch.append(request) }
      }
      return inbox.phase
    }
    switch phase {
    case .ready: break
    case .idle: return connect()
    case .connecting, .waiting: return sweep()
    case .closing, .closed: return
    }
    guard !batch.isEmpty else { return }
    // Each Sync makes libpq write to the socket. Corked, the writes of a batch leave as full segments, and the server wakes once for many
    // requests instead of for each.
    let corked = batch.count > 1 ? PQsocket(connection) : -1
    if corked >= 0 { comptoir_cork(corked, 1) }
    for request in batch {
      if request.isCancelled {
        request.isUntouched = false
        finish(request, .cancelled)
      } else if case .script(let sql) = request.kind {
        startScript(request, sql)
      } else {
        send(request)
      }
      if connection == nil { break }
    }
    if connection == nil {
      // Lost while sending: those not looked at yet were not sent.
      for request in batch where request.isUntouched { finish(request, PostgresError(.connectionLost, "lost before it was sent")) }
    }
    batch.removeAll(keepingCapacity: true)
    flush()
    if corked >= 0 && connection != nil { comptoir_cork(corked, 0) }
  }

  /// Hands a request to libpq: preparations, statements, one Sync.
  private func send(_ request: Request) {
    request.isUntouched = false
    var entry = InFlight(request: request, awaitsPrepare: false)
    request.prepares.removeAll(keepingCapacity: true)
    for index in 0..<request.count {
      let call = request.call(index)
      do throws(PostgresError) {
        let prepares = try send(call)
        if index == 0 { entry.awaitsPrepare = prepares } else { request.prepares.append(prepares) }
      } catch {
        guard index > 0 else {
          finish(request, error.naming(call.statement))
          return
        }
        // The statements before it are on their way in the same implicit transaction; a statement that must fail takes them back.
        entry.error = error.naming(call.statement)
        let failing = "DO $$BEGIN RAISE EXCEPTION 'a later call of this batch was refused'; END$$"
        _ = PQsendQueryParams(connection, failing, 0, nil, nil, nil, nil, 1)
        request.prepares.append(false)
        break
      }
    }
    if PQpipelineSync(connection) != 1 {
      inFlight.append(entry)
      lose(connectionMessage())
      return
    }
    inFlight.append(entry)
    // The head of the line may have been cancelled between the queue and here.
    if request.isCancelled { cancelInFlight(request) }
  }

  /// Sends one statement, after its preparation where this connection has not made it; true in that case.
  private func send(_ call: PostgresCall) throws(PostgresError) -> Bool {
    try encoder.encode(call.parameters)
    let plan = prepared.plan(call.statement, types: encoder.types) { index in
      if case .null = call.parameters[index] { true } else { false }
    }
    var isSent: Int32 = 1
    var prepares = false
    let connection = self.connection
    switch plan {
    case .refuse(let error):
      throw error
    case .unprepared:
      isSent = encoder.withArguments { count, types, values, lengths, formats in
        PQsendQueryParams(connection, call.statement.sql, count, types, values, lengths, formats, 1)
      }
    case .prepare(let name):
      prepares = true
      isSent = encoder.withArguments { count, types, values, lengths, formats in
        guard PQsendPrepare(connection, name, call.statement.sql, count, types) == 1 else { return 0 }
        return PQsendQueryPrepared(connection, name, count, values, lengths, formats, 1)
      }
    case .use(let name):
      isSent = encoder.withArguments { count, _, values, lengths, formats in
        PQsendQueryPrepared(connection, name, count, values, lengths, formats, 1)
      }
    }
    if isSent != 1 {
      // More than 65,535 parameters, or no memory.
      throw PostgresError(.invalidParameter, connectionMessage())
    }
    return prepares
  }

  /// Reads the answers that are there and completes their requests.
  ///
  /// The tasks are resumed together at the end: resumed one by one, each would find its worker thread asleep again, and every answer would
  /// cost a wake-up (measured: one futex call an answer).
  func readPipelineAnswers() {
    isGathering = true
    defer {
      isGathering = false
      resumeGathered()
    }
    var emptyInARow = 0
    while !inFlight.isEmpty, PQisBusy(connection) == 0 {
      guard let handle = PQgetResult(connection) else {
        // One null stands between the answers of two statements.
        emptyInARow += 1
        if emptyInARow > 2 { break }
        continue
      }
      emptyInARow = 0
      let status = PQresultStatus(handle)
      if status == PGRES_PIPELINE_SYNC {
        PQclear(handle)
        if let entry = inFlight.popFirst() { answered(entry) }
      } else {
        inFlight.withFirst { entry in take(handle, status, into: &entry) }
        if status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH {
          // libpq cannot leave COPY within a pipeline.
          lose("COPY was sent as a query; use copyIn or copyOut")
          return
        }
        if PQstatus(connection) == CONNECTION_BAD {
          lose(connectionMessage())
          return
        }
      }
    }
  }

  private func take(_ handle: OpaquePointer, _ status: ExecStatusType, into entry: inout InFlight) {
    let request = entry.request
    let statement = request.call(min(entry.step, request.count - 1)).statement
    switch status {
    case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE:
      let error = PostgresError(result: handle, statement: statement)
      PQclear(handle)
      if entry.awaitsPrepare { prepared.preparationFailed(statement, error) }
      if error.sqlState == .invalidSQLStatementName || error.sqlState == .featureNotSupported {
        // Somebody deallocated it, or a table changed under its plan: the next use prepares it again.
        if let failure = prepared.failure(statement) {
          if entry.error == nil { entry.error = failure }
        } else {
          prepared.forget(statement)
        }
      }
      if entry.error == nil { entry.error = error }
    case PGRES_PIPELINE_ABORTED:
      PQclear(handle)
      // A preparation behind a failed statement of the same batch was skipped: the next use makes it.
      if entry.awaitsPrepare { prepared.forget(statement) }
    default:
      if entry.awaitsPrepare {
        PQclear(handle)
      } else if entry.step == 0 {
        request.result = PostgresResult(handle: handle)
      } else {
        request.otherResults.append(PostgresResult(handle: handle))
      }
    }
    if entry.awaitsPrepare {
      entry.awaitsPrepare = false
    } else {
      entry.step += 1
      entry.awaitsPrepare = entry.step > 0 && entry.step <= request.prepares.count && request.prepares[entry.step - 1]
    }
  }

  private func answered(_ entry: InFlight) {
    let request = entry.request
    var error = entry.error
    let mayBeHitByMistake = isCancelling || cancelShadow > 0
    if cancelShadow > 0 { cancelShadow -= 1 }
    if error?.sqlState == .queryCanceled {
      if request.wantsCancel {
        error = .cancelled
      } else if mayBeHitByMistake, role == .shared, !request.wasRequeued {
        // A cancel request names a session, not a statement: this one was a neighbour's. The server took the statement back, so sending it
        // again is safe.
        request.wasRequeued = true
        request.result = nil
        request.otherResults = []
        request.isUntouched = true
        inbox.withLock { $0.queue.prepend(request) }
        return
      }
    }
    if error == nil && request.result == nil { error = PostgresError(.connectionLost, "the server left the statement without an answer") }
    finish(request, error)
    if let next = inFlight.first, next.request.wantsCancel { startCancel(for: next.request) }
  }
}

extension PostgresError {
  /// The same failure with the statement's name and SQL.
  func naming(_ statement: PostgresStatement) -> PostgresError {
    PostgresError(kind, message, sqlState: sqlState, statement: statement)
  }
}
