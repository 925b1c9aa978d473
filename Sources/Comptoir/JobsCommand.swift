import ArgumentParser
import Jobs
import Postgres
import Projectors

/// `comptoir jobs`
struct JobsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "jobs", abstract: "Shows jobs that were given up, brings them back or discards them.",
    subcommands: [List.self, Retry.self, Discard.self], defaultSubcommand: List.self)

  /// The services whose databases have a queue.
  static let services = ["auth", "newsletters", "sav", "contacts", "websites", "questions"]

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Lists failed jobs: which one, its queue, its key, how often it was tried, and why it failed.")
    @OptionGroup var options: CommonOptions
    @Option(help: "A service such as newsletters; all when not given. May be repeated.") var service: [String] = []

    func run() async throws {
      let settings = try await Settings(options)
      var isEmpty = true
      for service in try JobsCommand.checked(service) {
        for job in try await JobsCommand.use(service, settings, { try await $0.list() }) {
          isEmpty = false
          print("\(service)/\(job.id)\t\(job.queue)\t\(job.key)\t\(job.attempts) tries\t\(job.reason)")
        }
      }
      if isEmpty { print("No job has failed.") }
    }
  }

  struct Retry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Brings failed jobs back, each with all its tries.")
    @OptionGroup var options: CommonOptions
    @Argument(help: "Jobs as the list names them, such as newsletters/12.") var jobs: [JobName] = []
    @Flag(help: "All that have failed.") var all = false

    func validate() throws {
      guard all == jobs.isEmpty else { throw ValidationError("name at least one job, or give --all") }
    }

    func run() async throws {
      let settings = try await Settings(options)
      for job in jobs {
        guard try await JobsCommand.use(job.service, settings, { try await $0.retry(job.id) }) else { throw job.isMissing }
        print("\(job) is tried again.")
      }
      guard all else { return }
      for service in JobsCommand.services {
        let count = try await JobsCommand.use(service, settings) { try await $0.retryAll() }
        print("\(service): \(count) \(count == 1 ? "job is" : "jobs are") tried again.")
      }
    }
  }

  struct Discard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Gives a failed job up for ever; it is kept with the reason, and never put in again.")
    @OptionGroup var options: CommonOptions
    @Argument(help: "A job as the list names it, such as newsletters/12.") var job: JobName
    @Option(help: "Why; it is kept with the job.") var reason: String

    func validate() throws {
      guard reason.contains(where: { !$0.isWhitespace }) else { throw ValidationError("say why with --reason") }
    }

    func run() async throws {
      let settings = try await Settings(options)
      guard try await JobsCommand.use(job.service, settings, { try await $0.discard(job.id, reason: reason) }) else { throw job.isMissing }
      print("\(job) is discarded.")
    }
  }

  /// - Returns: all services when none is named.
  fileprivate static func checked(_ names: [String]) throws -> [String] {
    for name in names where !services.contains(name) {
      throw PlainError("\(name) has no jobs; those that have are \(services.joined(separator: ", "))")
    }
    return names.isEmpty ? services : names
  }

  fileprivate static func use<Result>(
    _ service: String, _ settings: Settings, _ body: (FailedJobs) async throws -> Result
  ) async throws -> Result {
    let database = try Projection.named(service).database
    let client = PostgresClient(try settings.writer(of: database), logger: settings.logger)
    do {
      let result = try await body(FailedJobs(client: client))
      await client.close()
      return result
    } catch {
      await client.close()
      throw error
    }
  }
}

/// A job of a service: `newsletters/12`.
struct JobName: ExpressibleByArgument, CustomStringConvertible {
  let service: String
  let id: Int64

  init?(argument: String) {
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, JobsCommand.services.contains(String(parts[0])), let id = Int64(parts[1]) else { return nil }
    service = String(parts[0])
    self.id = id
  }

  var description: String { "\(service)/\(id)" }

  var isMissing: PlainError { PlainError("there is no failed job \(self)") }
}
