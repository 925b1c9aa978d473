import JSON

/// `comptoir up` while it runs.
struct Comptoir: Sendable {
  let installation: Installation
  let process: RunningProcess
  let port: Int

  var address: String { "http://127.0.0.1:\(port)" }

  /// Waits until the gateway has found its databases.
  /// - Throws: `BenchmarkError` when the program ends, or a minute is over.
  func waitUntilReady() async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while true {
      guard process.isRunning, ContinuousClock.now < deadline else { throw process.failure("does not answer") }
      if let status = try? await HTTPConnection.once(port, HTTPQuestion("GET", "/health/ready")).status, status == 200 { return }
      try await Task.sleep(for: .milliseconds(2))
    }
  }

  /// Waits until every projector has come as far as the log.
  func waitUntilLevel() async throws {
    let connection = try await HTTPConnection.open(port)
    let deadline = ContinuousClock.now + .seconds(300)
    while true {
      let answer = try await connection.send(HTTPQuestion("GET", "/health")).expecting(200)
      let lags = try answer.json["checks"]?.arrayValue?.compactMap { $0["lag_events"]?.int64Value } ?? []
      if lags.count > 1, lags.allSatisfy({ $0 == 0 }) { break }
      guard ContinuousClock.now < deadline else { throw BenchmarkError("the projectors are behind by \(lags) events") }
      try await Task.sleep(for: .milliseconds(20))
    }
    await connection.close()
  }

  /// The administrator's token, for the password.
  func administratorToken() async throws -> String {
    let (email, password) = Installation.administrator
    let answer = try await HTTPConnection.once(
      port, HTTPQuestion("POST", "/api/v1/auth/login", body: #"{"email":"\#(email)","password":"\#(password)"}"#)
    ).expecting(200)
    guard let token = try answer.json["data"]?["token"]?.stringValue else { throw BenchmarkError("the login gave no token") }
    return token
  }
}
