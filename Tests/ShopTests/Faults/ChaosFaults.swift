import EventSourcing
import Foundation
import PostgresTesting
import ProcessManagers
import Synchronization
import Testing

@testable import Aggregates

extension Faults {
  /// Services linked by RabbitMQ alone, each role in processes of its own, all of which are killed again and again while orders come in.
  @Suite struct OfEverything {
    /// 100 orders, or ten thousand with `COMPTOIR_TEST_SCALE=10`.
    private static var orderCount: Int { 100 * max(1, drillScale ?? 1) * max(1, drillScale ?? 1) }

    @Test
    func `whatever is killed while orders come in, each comes to its end once, and nothing is lost between services`() async throws {
      try await LinkedShop.run { linked in
        // Nobody serves HTTP here: no token of these orders is answered by a callback.
        let sandbox = try await SandboxProcess(in: linked.folder, gateway: try freePort())
        defer { sandbox.kill() }
        let scene = Scene(linked, sandbox)
        defer { scene.end() }
        try await scene.play(orders: Self.orderCount)
        try await linked.expect("broker verify --wait 120 --log-level error", within: .seconds(300))
        try await linked.expect("replay verify --log-level error", within: .seconds(900))
      }
    }
  }
}

/// Who plays in it, and what happens to them.
private final class Scene {
  private let shop: Shop
  private let server: PrivateServer
  private let broker: PrivateBroker
  private let sandbox: SandboxProcess
  private let roles: [RoleProcess]
  private let customers: Customers
  private let output: URL

  init(_ linked: LinkedShop, _ sandbox: SandboxProcess) {
    self.sandbox = sandbox
    output = linked.output
    shop = linked.shop
    server = linked.server
    broker = linked.broker
    customers = Customers(shop: linked.shop)
    roles = linked.roles("relay", "relay", "processes", "processes", "projector", settings: sandbox.settings)
  }

  func end() { for role in roles { role.kill() } }

  /// Lets orders come in while everything is killed; then waits until each has come to its end, and counts.
  func play(orders count: Int) async throws {
    // One product is short, and one code is for half of those who want it.
    let products = try await shop.products(Int64(count * 2), Int64(count / 10))
    try await shop.code("HALF", maxUsage: Int64(count / 2))
    let wish: @Sendable (Int) -> Wish = { index in
      Wish(
        lines: [(products[index % 4 == 0 ? 1 : 0], 1)], codes: index % 10 == 1 ? ["HALF"] : [],
        token: index % 5 == 2 ? "sandbox_refuse" : index % 25 == 3 ? "sandbox_capture_fails" : "sandbox_ok")
    }
    let buyers = try await shop.buyers(count, wish)
    for role in roles { try role.start() }
    let shopping = Task { [customers] in try await customers.checkOut(buyers, wish) }
    try await kill(until: { self.customers.acknowledged.count >= count }, atLeast: 8)
    try await shopping.value
    try reviveAll()
    do {
      // Each look reads the whole log.
      try await shop.until("all orders' ends", within: .seconds(120 + count / 20), every: .milliseconds(100 + count)) {
        // One that was started while a server was still away has ended since.
        try self.reviveAll()
        let ledger = try await self.shop.ledger()
        return ledger.faults.isEmpty && ledger.unfinished.isEmpty
      }
    } catch {
      Issue.record("\(try await state())")
      throw error
    }
    try await self.count(count, short: products[1], pieces: Int64(count / 10))
    // What was promised and is not wanted is given back last.
    try await shop.until("giving back what was promised") {
      let (operations, ledger) = (try await self.sandbox.operations(), try await self.shop.ledger())
      let unwanted = ledger.cancelled(.captureFailed).count
      return operations.count { $0.kind == "voided" } >= unwanted
    }
    shop.checkMoney(try await sandbox.operations(), try await shop.ledger())
  }

  private func count(_ count: Int, short: ProductID, pieces: Int64) async throws {
    let ledger = try await shop.ledger()
    let acknowledged = customers.acknowledged
    #expect(ledger.faults == [] && ledger.unfinished == [])
    #expect(acknowledged.count == count && Set(ledger.orders.keys) == Set(acknowledged.keys))
    var ends: [String: Int] = [:]
    for (id, token) in acknowledged {
      guard let order = ledger.orders[id] else { continue }
      let end = order.cancellation?.rawValue ?? "confirmed"
      ends["\(token) \(end)", default: 0] += 1
      // Nobody gave up for want of time: what is refused is refused by a rule.
      let allowed: Set<String> =
        switch token {
        case "sandbox_ok": ["confirmed", "inventory_failed"]
        case "sandbox_refuse": ["payment_failed", "inventory_failed"]
        default: ["capture_failed", "inventory_failed"]
        }
      #expect(allowed.contains(end), "order \(id), \(token): \(end)")
    }
    // What was sold of the short one is what there was, unless refused payments gave some of it back too late for others.
    let sold = ledger.orders.values.filter { $0.cancellation == nil && $0.lines.contains { $0.productID == short } }.count
    #expect(sold <= Int(pieces) && ledger.stock[short]?.reserved == Int64(sold))
    #expect(ends.keys.contains { $0.hasSuffix("inventory_failed") } && ends.keys.contains("sandbox_refuse payment_failed"))
    try Self.report("\(count) orders: \(ends.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))")
  }

  /// Where everything stands, for whoever must find out why it does not go on.
  private func state() async throws -> String {
    let ledger = try await shop.ledger()
    var lines = ["\(ledger.unfinished.count) orders have no end; faults: \(ledger.faults.prefix(10))"]
    for order in ledger.unfinished.prefix(5) {
      let events = ledger.events.filter { $0.stream.rawValue.hasSuffix("-\(order)") }
      lines.append("order \(order): " + events.map { "\($0.stream.category) \($0.type)@\($0.position)" }.joined(separator: ", "))
    }
    lines += try await shop.strings(
      "event_store", "select format('%s at %s of \(ledger.end)', name, position) from event_store.subscriptions order by name")
    return lines.joined(separator: "\n") + "\nwhat the roles said: \(output.path)"
  }

  // MARK: Killing

  /// Kills one after the other, the servers less often than the roles, and starts them again.
  private func kill(until isOver: () -> Bool, atLeast rounds: Int) async throws {
    var victims: [Int] = []
    var round = 0
    while round < rounds || !isOver() {
      if victims.isEmpty { victims = (Array(0..<roles.count) + [100, 101, 102]).shuffled() }
      let victim = victims.removeLast()
      try await Task.sleep(for: .milliseconds(Int.random(in: 300...1_500)))
      let pause = Duration.milliseconds(Int.random(in: 0...1_500))
      switch victim {
      case 100:
        server.kill()
        try await Task.sleep(for: pause)
        try await server.start()
      case 101:
        try broker.kill()
        try await Task.sleep(for: pause)
        try await broker.start()
      case 102:
        sandbox.kill()
        try await Task.sleep(for: pause)
        try await sandbox.start()
      default:
        roles[victim].kill()
        try await Task.sleep(for: pause)
      }
      try reviveAll()
      round += 1
    }
    try Self.report("\(round) times something was killed")
  }

  /// Whatever ended by itself, for want of a server at its start, is started again as a supervisor would.
  private func reviveAll() throws {
    for role in roles where !role.isRunning { try role.start() }
  }

  /// A line for the drill's report, where one is kept.
  private static func report(_ line: String) throws {
    guard let path = ProcessInfo.processInfo.environment["COMPTOIR_DRILL_REPORT"], !path.isEmpty else { return }
    if !FileManager.default.fileExists(atPath: path) { _ = FileManager.default.createFile(atPath: path, contents: nil) }
    let handle = try FileHandle(forWritingTo: URL(filePath: path))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data((line + "\n").utf8))
    try handle.close()
  }
}

/// Those who order.
private final class Customers: Sendable {
  private let shop: Shop
  private let seen = Mutex<[OrderID: String]>([:])

  init(shop: Shop) { self.shop = shop }

  /// Orders that were acknowledged, with what pays them.
  var acknowledged: [OrderID: String] { seen.withLock { $0 } }

  /// Some at a time, as clients who insist.
  func checkOut(_ buyers: [Buyer], _ wish: @escaping @Sendable (Int) -> Wish) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, buyer) in buyers.enumerated() {
        if index >= 8 { try await group.next() }
        group.addTask { [shop] in
          let process = shop.process(index)
          let id = CommandID()
          let checkout = try await Self.insist { try await shop.prepare(buyer, wish(index), by: process) }
          let answer = try await Self.insist { try await process.send(checkout, id: id) }
          self.seen.withLock { $0[answer.orderID] = wish(index).token }
          // Else recovery does.
          _ = try? await process.checkout.place(basketID: answer.basketID, attempt: answer.attempt)
        }
      }
      try await group.waitForAll()
    }
  }

  private static func insist<R: Sendable>(_ body: () async throws -> R) async throws -> R {
    let deadline = ContinuousClock.now + .seconds(300)
    while true {
      do {
        return try await body()
      } catch CommandError.refused(let rejection) {
        throw CommandError.refused(rejection)
      } catch {
        guard ContinuousClock.now < deadline else { throw error }
        try await Task.sleep(for: .milliseconds(100))
      }
    }
  }
}
