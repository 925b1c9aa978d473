extension PostgresConnection {
  /// Loads rows by `COPY table FROM STDIN`, in binary or text form as `sql` says.
  ///
  /// `writer` makes the rows: with its row functions for `(FORMAT binary)`, whose header and trailer are then written for it, or with
  /// raw bytes in any form. It waits while the server does not keep up, so memory stays at about one chunk. Returns the number of
  /// rows loaded. What the writer throws takes the whole COPY back and is rethrown; the server's refusal of a row is thrown at the
  /// end.
  @discardableResult
  public func copyIn(into sql: String, writer: (inout PostgresCopyWriter) async throws -> Void) async throws -> Int {
    try check()
    let request = try await startCopy(sql, .incoming)
    var rows = PostgresCopyWriter(link: link, request: request)
    do {
      try await writer(&rows)
      try await rows.finish()
    } catch {
      let reason = await endCopy(request, reason: "the writer failed")
      // When the server or the connection failed first, that is the cause.
      if let own = error as? PostgresError, own.kind == .closed, let reason { throw reason }
      throw error
    }
    if let error = await endCopy(request, reason: nil) { throw error }
    return request.result?.affectedRows ?? 0
  }

  /// Reads rows by `COPY … TO STDOUT`, and lends each as it comes: a row's bytes in the form `sql` asks for. In binary form the first
  /// comes with the header before it and the last is the trailer; in text form each ends with a line feed.
  ///
  /// The server waits while `each` works. What `each` throws stops the COPY and is rethrown.
  public func copyOut(_ sql: String, each: (UnsafeRawBufferPointer) throws -> Void) async throws {
    try await copyChunks(sql) { chunk in
      try chunk.bytes.withUnsafeBytes { bytes in
        var start = 0
        for end in chunk.ends {
          try each(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
          start = end
        }
      }
    }
  }

  /// As ``copyOut(_:each:)``, with whole rows in pieces of some 256 KiB, and a body that may wait.
  public func copyOutChunks(_ sql: String, each: ([UInt8]) async throws -> Void) async throws {
    try await copyChunks(sql) { chunk in try await each(chunk.bytes) }
  }

  private func copyChunks(_ sql: String, _ body: (CopyChunk) async throws -> Void) async throws {
    try check()
    let request = try await startCopy(sql, .outgoing)
    do {
      while let chunk = try await readCopy(request) { try await body(chunk) }
    } catch {
      let link = link
      let _: PostgresError? = await withUnsafeContinuation { continuation in
        link.thread.perform { link.copyDiscard(request, continuation) }
      }
      throw error
    }
  }

  private func startCopy(_ sql: String, _ direction: Script.Copy) async throws(PostgresError) -> Request {
    let request = Request(script: sql, copy: direction)
    let link = link
    let error = await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        request.start = continuation
        link.submit(request)
      }
    } onCancel: {
      request.cancel()
    }
    if let error { throw error }
    return request
  }

  private func endCopy(_ request: Request, reason: String?) async -> PostgresError? {
    let link = link
    return await withUnsafeContinuation { continuation in
      link.thread.perform { link.copyEnd(request, reason: reason, continuation) }
    }
  }

  private func readCopy(_ request: Request) async throws(PostgresError) -> CopyChunk? {
    if Task.isCancelled { throw .cancelled }
    let link = link
    let answer: Result<CopyChunk?, PostgresError> = await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        link.thread.perform { link.copyRead(request, continuation) }
      }
    } onCancel: {
      request.cancel()
    }
    return try answer.get()
  }
}
