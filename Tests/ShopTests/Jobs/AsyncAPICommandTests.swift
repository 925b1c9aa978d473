import Foundation
import JSON
import Testing

/// `comptoir asyncapi` as it is run.
struct AsyncAPICommandTests {
  private let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/asyncapi.json")

  @Test func `docs asyncapi json is what the program prints, without a setting or server`() async throws {
    let committed = try String(contentsOf: page, encoding: .utf8)
    let source = try #require(try JSONValue(parsing: committed)["info"]?["x-made-from"]?.stringValue)
    let run = try await ComptoirRun.end(["asyncapi", "--made-from", source], [:])
    #expect(run.status == 0)
    let lines = committed.split(separator: "\n").map(String.init)
    let different = zip(lines, run.errors).first { $0 != $1 }
    #expect(different == nil && lines.count == run.errors.count, "run scripts/asyncapi-docs")
  }

  @Test func `each process manager that hears of others has its queue in it`() async throws {
    let document = try JSONValue(parsing: String(contentsOf: page, encoding: .utf8))
    let queues = document["channels"]?.objectValue?.map(\.key).dropFirst() ?? []
    #expect(queues.contains("orders.checkout") && queues.contains("deliveries") && queues.contains("newsletters.mailer"))
    let keys = document["channels"]?["orders.checkout"]?["messages"]?.objectValue?.map(\.key)
    #expect(keys?.contains("baskets.checkout.initiated") == true)
  }
}
