import CLibPQ

/// What runs alone on a link outside pipeline mode: a script of the simple protocol, or a COPY.
final class Script {
  enum Copy { case none, incoming, outgoing }

  let request: Request
  var error: PostgresError?
  var copy = Copy.none

  init(request: Request) { self.request = request }

  /// A COPY out whose reader has not asked for more: the socket is left alone, which slows the server down.
  var pausesReading: Bool { false }
  func chunkWasWritten(_ error: PostgresError?) {}
  func fail(_ error: PostgresError) {}
}

extension Link {
  /// Leaves pipeline mode (nothing is in flight) and sends the text.
  func startScript(_ request: Request, _ sql: String) {
    request.isUntouched = false
    if isInPipeline {
      guard PQexitPipelineMode(connection) == 1 else {
        finish(request, PostgresError(.connectionLost, connectionMessage()))
        lose(connectionMessage())
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
    while let script, PQisBusy(connection) == 0 {
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
      default:
        script.request.result = PostgresResult(handle: handle)
      }
    }
  }

  /// All answered: back to pipeline mode.
  func endScript(_ script: Script) {
    self.script = nil
    var error = script.error
    if error?.sqlState == .queryCanceled, script.request.wantsCancel { error = .cancelled }
    guard PQenterPipelineMode(connection) == 1 else {
      finish(script.request, error)
      lose(connectionMessage())
      return
    }
    isInPipeline = true
    finish(script.request, error)
  }
}
