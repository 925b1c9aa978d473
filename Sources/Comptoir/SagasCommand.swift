import ArgumentParser
import FoundationEssentials
import Messaging

/// `comptoir sagas`
struct SagasCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sagas",
    abstract: "Writes a page for each process manager: what it hears, waits for, and leads through which states. Needs no server.")
  @Option(help: "Where the pages are written; those of process managers that are gone are removed.") var folder: String?
  @Option(help: ArgumentHelp("What the pages shall name as what they were made from.", valueName: "text")) var madeFrom: String?

  func run() async throws {
    let pages = try SagaPages.make(try await Roles.everyProcessManager(), madeFrom: madeFrom)
    guard let folder else {
      for page in pages { print(page.text) }
      return
    }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for page in pages { try Data(page.text.utf8).write(to: URL(filePath: folder).appending(path: page.file)) }
    for file in try FileManager.default.contentsOfDirectory(atPath: folder)
    where file.hasSuffix(".md") && !pages.contains(where: { $0.file == file }) {
      try FileManager.default.removeItem(atPath: "\(folder)/\(file)")
    }
  }
}
