import Foundation
import Logging
import Postgres

/// Why a figure could not be measured.
struct BenchmarkError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// What a figure needs is not here, such as data from elsewhere; nothing was found wrong.
struct NotMeasurable: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// Where the servers are and how long to measure, from the environment that `scripts/bench` sets.
struct Settings {
  let environment: [String: String]
  /// Seconds a figure.
  let duration: Int
  /// Whether `DURATION` was given, and so holds for every figure.
  let isDurationGiven: Bool
  /// A role that may create databases and roles.
  let adminURL: String
  let logger: Logger

  init(environment: [String: String] = ProcessInfo.processInfo.environment) throws {
    self.environment = environment
    isDurationGiven = environment["DURATION"] != nil
    guard let duration = Int(environment["DURATION"] ?? "20"), duration > 0 else {
      throw BenchmarkError("DURATION is a number of seconds")
    }
    self.duration = duration
    guard let url = environment["COMPTOIR_POSTGRES_ADMIN_URL"] else {
      throw BenchmarkError("COMPTOIR_POSTGRES_ADMIN_URL is not set: `make bench` starts servers and sets it")
    }
    adminURL = url
    var logger = Logger(label: "comptoir.bench")
    logger.logLevel = .error
    self.logger = logger
  }

  /// Seconds for a figure whose table asks for more than the usual 20.
  func seconds(usually: Int) -> Int {
    isDurationGiven ? duration : max(duration, usually)
  }

  var schemaDirectory: String { environment["COMPTOIR_SCHEMA"] ?? "schema" }

  /// The Python with the rivals' and the plots' libraries; made by `rivals/run.py`.
  var python: String {
    (environment["BENCH_VENV"] ?? ".run/bench-venv") + "/bin/python"
  }
}

/// Tells whoever waits what is going on, on standard error.
func say(_ text: String) {
  FileHandle.standardError.write(Data((text + "\n").utf8))
}
