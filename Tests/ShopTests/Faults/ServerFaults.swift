import Aggregates
import EventStore
import Foundation
import Postgres
import PostgresTesting
import Testing

extension Faults {
  /// The program over a PostgreSQL of its own, to which happens what happens to machines.
  @Suite struct OfTheServer {
    @Test func `after kill -9 of PostgreSQL below running sagas every acknowledged checkout is there once, and each comes to its end`()
      async throws
    {
      try await PrivateServer.run { server in
        try await running(over: server) { shop, program in
          let product = try await addProduct(program.url, stock: 1_000)
          let customers = try await together(6) { [url = program.url] in try await Customer.register($0, url) }.map { try $0.get() }
          let acknowledgements = Acknowledgements()
          let shopping = customers.map { customer in Task { try await customer.buy(product, times: 8, acknowledgements) } }
          for outage in [Duration.zero, .seconds(6)] {
            // Orders are on their way: some more are acknowledged than before, and one at least has not come to its end.
            let before = acknowledgements.all.count
            try await shop.until("orders on their way") {
              guard acknowledgements.all.count >= before + 6 else { return false }
              return try await !shop.ledger().unfinished.isEmpty || acknowledgements.all.count == 48
            }
            server.kill()
            // Longer than stock may be silent: that nobody could answer is not a refusal.
            try await Task.sleep(for: outage)
            try await server.start()
          }
          for task in shopping { try await task.value }
          try await shop.check(acknowledgements.all, count: 48, of: product, stock: 1_000)
        }
      }
    }

    @Test(.enabled(if: Tmpfs.canMount, "a small disk is a tmpfs, and mounting one needs root's rights"))
    func `on a full disk commands are refused 503 in time, nothing acknowledged is lost, and all goes on when there is space again`()
      async throws
    {
      try await PrivateServer.run(
        settings: ["max_wal_size=64MB", "min_wal_size=32MB"], prepare: { try Tmpfs.mount($0, megabytes: 400) },
        clear: { Tmpfs.unmount($0) }
      ) { server in
        try await running(over: server) { shop, program in
          let product = try await addProduct(program.url, stock: 1_000)
          let customers = try await together(4) { [url = program.url] in try await Customer.register($0, url) }.map { try $0.get() }
          // Known to the basket's copies before the disk is full.
          for customer in customers { try await customer.buy(product, times: 1, Acknowledgements()) }
          let item = #"{"product_id":\#(product),"quantity":1}"#
          @Sendable func add(_ customer: Customer, _ key: String) async throws -> ShopClient.Answer {
            try await customer.client.send("POST", "/api/v1/baskets/baskets/items", item, key: key)
          }

          let ballast = try Ballast(server)
          // What fits into pages that are there already is still taken.
          var acknowledged = 0
          while true {
            let answer = try await add(customers[0], "full-\(acknowledged)")
            guard answer.status < 300 else {
              #expect(answer.status == 503)
              break
            }
            acknowledged += 1
            try #require(acknowledged < 500, "the disk does not fill")
          }
          let begin = ContinuousClock.now
          let refused = await together(3) { try await add(customers[$0 + 1], "full") }
          #expect(try refused.map { try $0.get().status } == [503, 503, 503])
          #expect(ContinuousClock.now - begin < .seconds(25))

          ballast.remove()
          // Without space for its WAL it ends itself, and is started again as the machine's supervisor would.
          try await shop.until("the server is back") {
            if !server.isRunning { try await server.start() }
            return (try? await shop.one.log.head()) != nil
          }
          for customer in customers {
            let key = customer.address == customers[0].address ? "full-\(acknowledged)" : "full"
            let answer = try await customer.client.insist("POST", "/api/v1/baskets/baskets/items", item, key: key)
            #expect(answer.status < 300)
          }
          try await shop.until("the orders' ends and their rows") {
            let ledger = try await shop.ledger()
            guard ledger.faults.isEmpty, ledger.unfinished.isEmpty else { return false }
            return try await shop.rowDifferences(ledger).isEmpty
          }
          let ledger = try await shop.ledger()
          #expect(ledger.confirmed.count == 4)
          let open = ledger.baskets.values.filter { $0.phase == .open }
          #expect(open.map { $0.lines.map(\.quantity) }.sorted { $0[0] < $1[0] } == [[1], [1], [1], [Int64(acknowledged) + 1]])
        }
      }
    }

    /// The program over a shop on a server of its own.
    private func running(over server: PrivateServer, _ body: (Shop, ComptoirProcess) async throws -> Void) async throws {
      try await Shop.open(on: server.url, runsSagas: false, databases: nil) { shop in
        let folder = URL.temporaryDirectory.appending(path: "comptoir-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let program = try await ComptoirProcess(
          shop.environment(in: folder), port: try freePort(), output: folder.appending(path: "output"))
        defer { program.kill() }
        try await body(shop, program)
      }
    }
  }
}

/// A small disk for a server's folder.
private enum Tmpfs {
  /// Whether this process may mount one: tried, because a container's root may not.
  static let canMount: Bool = {
    let folder = URL.temporaryDirectory.appending(path: "comptoir-mount-\(UUID().uuidString)")
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      return false
    }
    defer { try? FileManager.default.removeItem(at: folder) }
    guard (try? end("/usr/bin/mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder.path])) == 0 else { return false }
    return (try? end("/usr/bin/umount", [folder.path])) == 0
  }()

  static func mount(_ server: PrivateServer, megabytes: Int) throws {
    try server.run("/usr/bin/mount", ["-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", server.folder])
  }

  /// The server has ended, so nobody is in it.
  static func unmount(_ server: PrivateServer) {
    do {
      try server.run("/usr/bin/umount", [server.folder])
    } catch {
      Issue.record(error)
    }
  }

  private static func end(_ program: String, _ arguments: [String]) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}

/// A file that takes all space there is beside a server's data.
private struct Ballast {
  private let path: String

  init(_ server: PrivateServer) throws {
    path = "\(server.folder)/ballast"
    let descriptor = open(path, O_WRONLY | O_CREAT, 0o600)
    guard descriptor >= 0 else { throw NotFull(errno: errno) }
    defer { close(descriptor) }
    // The last piece is written in part, and the one after it not at all.
    let zeros = [UInt8](repeating: 0, count: 1 << 20)
    while write(descriptor, zeros, zeros.count) > 0 {}
    guard errno == ENOSPC else { throw NotFull(errno: errno) }
  }

  func remove() { unlink(path) }

  /// The disk could not be filled.
  struct NotFull: Error {
    let errno: Int32
  }
}
