import CLibPQ
import Glibc
import Logging
import Synchronization

/// Carries a handle to another thread, which owns it from then on.
struct Handle: @unchecked Sendable {
  let raw: OpaquePointer?
}

extension Link {
  /// Begins an attempt. The first step resolves the host's name and blocks, so a thread of its own takes it.
  func connect() {
    enter(.connecting)
    attempt += 1
    let attempt = self.attempt
    let settings = connectionSettings()
    startThread(name: "postgres-connect") {
      let handle = Handle(raw: startConnecting(settings))
      self.thread.perform { self.connectingStarted(handle, attempt: attempt) }
    }
    thread.after(configuration.connectTimeout.nanoseconds) {
      guard self.attempt == attempt, self.phase == .connecting else { return }
      self.connectingFailed(PostgresError(.connectFailed, "no answer within \(self.configuration.connectTimeout)"))
    }
  }

  private func connectingStarted(_ handle: Handle, attempt: Int) {
    guard attempt == self.attempt, phase == .connecting else {
      // Timed out or closed meanwhile.
      PQfinish(handle.raw)
      return
    }
    connection = handle.raw
    guard handle.raw != nil, PQstatus(handle.raw) != CONNECTION_BAD else {
      connectingFailed(connectError())
      return
    }
    // Refusals have no PGresult to read a code from; verbose messages carry it.
    PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
    PQsetNoticeReceiver(connection, noticeReceiver, Unmanaged.passUnretained(self).toOpaque())
    watch(UInt32(COMPTOIR_WRITABLE))
  }

  func pollConnecting() {
    let status = PQconnectPoll(connection)
    switch status {
    case PGRES_POLLING_READING: watch(UInt32(COMPTOIR_READABLE))
    case PGRES_POLLING_WRITING: watch(UInt32(COMPTOIR_WRITABLE))
    case PGRES_POLLING_OK: connected()
    default: connectingFailed(connectError())
    }
  }

  private func connected() {
    PQsetErrorVerbosity(connection, PQERRORS_DEFAULT)
    guard PQsetnonblocking(connection, 1) == 0, PQenterPipelineMode(connection) == 1 else {
      connectingFailed(connectError())
      return
    }
    isInPipeline = true
    failures = 0
    lastConnectError = nil
    counters.open.increment()
    if wasConnected { counters.reconnects.increment() }
    wasConnected = true
    enter(.ready)
    watch(UInt32(COMPTOIR_READABLE))
    logger.debug("connected to PostgreSQL", metadata: ["postgres.database": "\(configuration.database)"])
    if let whenConnected {
      self.whenConnected = nil
      whenConnected(nil)
    }
    drain()
  }

  /// Gives an unfinished attempt up.
  func connectingEnds() {
    attempt += 1
    guard let connection else { return }
    thread.unwatch(PQsocket(connection), for: self)
    watched = nil
    PQfinish(connection)
    self.connection = nil
  }

  private func connectError() -> PostgresError {
    let message = connectionMessage()
    return PostgresError(.connectFailed, oneLine(of: message), sqlState: sqlState(inVerboseMessage: message))
  }

  private func connectingFailed(_ error: PostgresError) {
    connectingEnds()
    failures += 1
    lastConnectError = error
    let isPermanent = PostgresError.isPermanentRefusal(error.sqlState)
    if failures == 1 || isPermanent {
      logger.info(
        "cannot connect to PostgreSQL",
        metadata: ["postgres.target": "\(configuration)", "postgres.sqlstate": "\(error.sqlState?.rawValue ?? "none")"])
    }
    if role == .exclusive {
      if isPermanent || monotonicNanoseconds() >= connectDeadline ?? 0 {
        closed(error)
      } else {
        enter(.waiting)
        scheduleReconnect()
      }
    } else if isPermanent {
      // The next attempt would meet the same refusal: those who wait are told, and the next request tries again.
      enter(.idle)
      let waiting = inbox.withLock { $0.queue.removeAll() }
      for request in waiting { finish(request, error) }
    } else {
      enter(.waiting)
      scheduleReconnect()
      sweep()
      pool?.redistribute(from: self)
    }
  }

  /// Exponential pause with jitter, so that the clients of a server that comes back do not arrive all at once.
  func scheduleReconnect() {
    let shortest = configuration.reconnectBackoff.lowerBound.nanoseconds
    let longest = configuration.reconnectBackoff.upperBound.nanoseconds
    let doubled = min(longest, shortest << min(failures, 20))
    // A connection that was lost just now is tried at once; a server that only dropped this session is there.
    let pause = failures == 0 ? Int64.random(in: 0...shortest / 10) : Int64.random(in: doubled / 2...doubled)
    let attempt = self.attempt
    thread.after(pause) {
      guard self.attempt == attempt, self.phase == .waiting else { return }
      self.connect()
    }
  }

  /// Gives those that were queued on a working connection a deadline, now that it is lost.
  func stampWaiting() {
    let deadline = monotonicNanoseconds() + UInt64(configuration.waitTimeout.nanoseconds)
    inbox.withLock { inbox in
      _ = inbox.queue.remove { request in
        request.deadline = deadline
        return false
      }
    }
    sweep()
  }

  /// Ends the wait of those whose deadline has passed, and looks again soon while anyone waits.
  func sweep() {
    guard !isSweeping else { return }
    let (expired, remain) = inbox.withLock { inbox -> ([Request], Bool) in
      guard inbox.phase != .ready else { return ([], false) }
      let now = monotonicNanoseconds()
      return (inbox.queue.remove { $0.deadline <= now }, !inbox.queue.isEmpty)
    }
    for request in expired {
      finish(request, lastConnectError ?? PostgresError(.timeout, "no connection within \(configuration.waitTimeout)"))
    }
    guard remain else { return }
    isSweeping = true
    thread.after(50_000_000) {
      self.isSweeping = false
      self.sweep()
    }
  }

  /// Keyword and value pairs of libpq (<https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-PARAMKEYWORDS>).
  private func connectionSettings() -> [(String, String)] {
    var options = ["-c", "TimeZone=UTC", "-c", "DateStyle=ISO"]
    if let timeout = configuration.statementTimeout { options += ["-c", "statement_timeout=\(timeout.milliseconds)"] }
    if let path = configuration.searchPath { options += ["-c", "search_path=\(path)"] }
    if configuration.prefersIndexes { options += ["-c", "enable_seqscan=off"] }
    // The server splits the options at white space that no backslash stands before.
    let escaped = options.map { option in
      option.map { $0.isWhitespace || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
    }
    var settings = [
      ("host", configuration.host), ("port", String(configuration.port)), ("dbname", configuration.database),
      ("user", configuration.user), ("sslmode", configuration.tlsMode.rawValue),
      ("application_name", configuration.applicationName), ("client_encoding", "UTF8"),
      ("options", escaped.joined(separator: " ")), ("gssencmode", "disable"),
      ("keepalives_idle", "60"), ("keepalives_interval", "10"), ("keepalives_count", "3"), ("tcp_user_timeout", "30000"),
    ]
    if let password = configuration.password { settings.append(("password", password)) }
    if let path = configuration.tlsRootCertificatePath { settings.append(("sslrootcert", path)) }
    return settings
  }
}

/// Calls `PQconnectStartParams`; blocks while it resolves the host's name.
private func startConnecting(_ settings: [(String, String)]) -> OpaquePointer? {
  let keys = settings.map { strdup($0.0) } + [nil]
  let values = settings.map { strdup($0.1) } + [nil]
  defer {
    for text in keys + values { free(text) }
  }
  return keys.map { UnsafePointer($0) }.withUnsafeBufferPointer { keys in
    values.map { UnsafePointer($0) }.withUnsafeBufferPointer { values in
      // 0: the database's name is a name, never a connection string in disguise.
      PQconnectStartParams(keys.baseAddress, values.baseAddress, 0)
    }
  }
}

/// A verbose message of several lines as one, without the place in the server's source that refused.
private func oneLine(of message: String) -> String {
  message.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("LOCATION:") }.map { line in
    line.drop { $0.isWhitespace }
  }.joined(separator: "; ")
}

/// The code in `FATAL:  28P01: password authentication failed …`; the last one, if several addresses were tried.
private func sqlState(inVerboseMessage message: String) -> SQLState? {
  let parts = message.split(separator: ": ", omittingEmptySubsequences: true).map { part in
    var part = part
    while part.first == " " { part.removeFirst() }
    return part
  }
  let code = parts.last { part in
    part.utf8.count == 5 && part.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
      && part.utf8.contains { (48...57).contains($0) }
  }
  return code.map { SQLState(rawValue: String($0)) }
}

/// Notices are for whoever debugs the SQL; their text may hold values, hence debug level.
private let noticeReceiver: PQnoticeReceiver = { context, result in
  guard let context else { return }
  let link = Unmanaged<Link>.fromOpaque(context).takeUnretainedValue()
  guard link.logger.logLevel <= .debug else { return }
  let message = PQresultErrorField(result, Diagnostic.messagePrimary).map { String(cString: $0) } ?? ""
  link.logger.debug("notice from PostgreSQL", metadata: ["postgres.notice": "\(message)"])
}
