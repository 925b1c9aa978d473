import APIGateway
import ArgumentParser
import CompleteJourney
import EventSourcing

/// `comptoir import`
struct Import: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Imports data of other systems, through commands.", subcommands: [CompleteJourney.self])

  struct CompleteJourney: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Imports a year of a grocer's sales, converted by scripts/journey/convert.py.",
      discussion: "What was imported before stays as it is: a run that was cut off is simply started again.")
    @OptionGroup var options: CommonOptions
    @Argument(help: "The folder with manifest.json.") var folder: String

    func run() async throws {
      let settings = try await Settings(options)
      let bar = ProgressBar()
      try await Stores.use(settings) { stores in
        // Rows are imported on top of the default rows: countries, VAT rates, order statuses.
        try await Seed.seed(stores, settings)
        let start = ContinuousClock.now
        let emails = stores.emails
        let importer = CompleteJourneyImporter(
          folder: folder, executor: stores.executor, log: stores.log,
          names: JourneyNames(claim: { emails.claim(of: $0, among: $1) }, tokenHash: { emails.links.subscriberHash($0) })
        ) { progress in
          bar.show(progress.phase, progress.done, of: progress.total, note: "\(progress.events) events")
          if progress.done == progress.total { bar.finish() }
        }
        let position = try await importer.run()
        print("Imported in \(ProgressBar.text(ContinuousClock.now - start)); the log ends at position \(position).")
      }
    }
  }
}
