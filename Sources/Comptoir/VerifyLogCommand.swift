import ArgumentParser
import EventSourcing
import EventStore
import Projectors

/// `comptoir verify-log`
struct VerifyLog: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify-log", abstract: "Recomputes the log's chain of hashes and names every event that is not what was written.")
  @OptionGroup var options: CommonOptions

  func run() async throws {
    let settings = try await Settings(options)
    let findings = try await Stores.use(settings) { stores in
      try await stores.log.defects(from: Position(1), through: stores.log.head())
    }
    for finding in findings { print(finding) }
    guard findings.isEmpty else { throw ExitCode.failure }
    print("The log is what was written.")
  }
}
