import Foundation
import ProcessManagers
import Testing

@testable import Comptoir

/// `comptoir sagas` as it is run.
struct SagasCommandTests {
  private let pages = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/sagas")

  @Test func `docs sagas is what the program writes, without a setting or server`() async throws {
    let index = try String(contentsOf: pages.appending(path: "README.md"), encoding: .utf8)
    let source = try #require(index.firstMatch(of: /<!-- made from (\w+) -->/)?.1)
    let folder = FileManager.default.temporaryDirectory.appending(path: "sagas-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data("# gone".utf8).write(to: folder.appending(path: "gone.md"))
    let run = try await ComptoirRun.end(["sagas", "--folder", folder.path, "--made-from", String(source)], [:])
    #expect(run.status == 0)
    func names(_ folder: URL) throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
    #expect(try names(folder) == names(pages), "run scripts/saga-docs")
    for name in try names(pages) {
      let (written, committed) = (folder.appending(path: name), pages.appending(path: name))
      #expect(
        try String(contentsOf: written, encoding: .utf8) == String(contentsOf: committed, encoding: .utf8), "\(name): run scripts/saga-docs"
      )
    }
  }

  @Test func `each process manager has a page with what it hears and, where it leads something, how`() async throws {
    let ports = try await Roles.everyProcessManager()
    for port in ports {
      let page = try String(contentsOf: pages.appending(path: "\(port.name).md"), encoding: .utf8)
      for type in port.messageTypes { #expect(page.contains("`\(type)`"), "\(port.name): \(type)") }
      let notes = try #require(port.notes)
      #expect(notes.purpose.count > 40, "\(port.name)")
      // Who lists commands has one for whatever he hears.
      if !notes.steps.isEmpty { #expect(Set(notes.steps.map(\.event)) == Set(port.messageTypes), "\(port.name)") }
    }
    let checkout = try String(contentsOf: pages.appending(path: "checkout.md"), encoding: .utf8)
    #expect(checkout.contains("pending__stock_held --> confirmed: OrderConfirmed") && checkout.contains("15 seconds"))
    let index = try String(contentsOf: pages.appending(path: "README.md"), encoding: .utf8)
    #expect(index.contains("from_baskets -->|\"baskets.checkout.initiated\"| checkout"))
  }
}
