import Foundation
import Testing

/// The real program, `comptoir up`, over a shop's databases; killed without a warning.
final class ComptoirProcess {
  private let process: Process
  let url: String
  /// What it said.
  let output: URL

  /// Starts the program that `COMPTOIR_BIN` names, and waits until it answers.
  init(_ environment: [String: String], port: Int, output: URL) async throws {
    guard let program = ProcessInfo.processInfo.environment["COMPTOIR_BIN"], !program.isEmpty else {
      preconditionFailure("COMPTOIR_BIN is not set: these tests need the path of the program comptoir")
    }
    self.output = output
    url = "http://127.0.0.1:\(port)"
    process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = ["up"]
    let settings = [
      "COMPTOIR_PORT": "\(port)", "COMPTOIR_ANONYMOUS_REQUESTS_PER_MINUTE": "0", "COMPTOIR_CALLER_REQUESTS_PER_MINUTE": "0",
    ]
    process.environment = environment.merging(settings) { $1 }
    if !FileManager.default.fileExists(atPath: output.path) { _ = FileManager.default.createFile(atPath: output.path, contents: nil) }
    let handle = try FileHandle(forWritingTo: output)
    try handle.seekToEnd()
    process.standardOutput = handle
    process.standardError = handle
    try process.run()
    let deadline = ContinuousClock.now + .seconds(60)
    let client = ShopClient(url)
    while true {
      if let answer = try? await client.send("GET", "/health/live"), answer.status == 200 { return }
      guard process.isRunning, ContinuousClock.now < deadline else {
        kill()
        let said = (try? String(contentsOf: output, encoding: .utf8)) ?? ""
        Issue.record("comptoir up does not answer: \(said.suffix(2_000))")
        throw NotUp()
      }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  struct NotUp: Error {}

  /// kill -9, and no sooner back than it is gone.
  func kill() {
    guard process.isRunning else { return }
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }
}

/// A port that nobody listens at now.
func freePort() throws -> Int {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  defer { close(descriptor) }
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  let bound = withUnsafeMutablePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
      bind(descriptor, address, length) == 0 && getsockname(descriptor, address, &length) == 0
    }
  }
  guard bound else { throw ComptoirProcess.NotUp() }
  return Int(UInt16(bigEndian: address.sin_port))
}
