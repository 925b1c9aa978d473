import EventSourcing
import Foundation
import Logging
import Migrations
import Postgres
import PostgresTesting
import Synchronization
import Testing

@testable import EventStore

/// kill -9, of clients and of servers.
@Suite(.serialized) struct FaultsTests {
  @Test func `S9 a group whose client was killed is there whole, and nobody waits longer than it runs`() async throws {
    try await withStore { store in
      let log = store.log()
      let group = [Append(streams: [part("a-1", events: 2), part("a-2")]), append("a-3", events: 2)]
      var waiting: Task<Result<AppendResult, AppendError>, Never>?
      try await store.admin.withTransaction { connection in
        _ = try await connection.query(.unprepared("select from event_store.head for update"))
        // Another process hands a group over, waits for the head, and is gone.
        let client = try store.psql(Self.script(of: group))
        try await store.waitForLockWaiters(1)
        waiting = Task { await log.verdict(append("a-4")) }
        try await store.waitForLockWaiters(2)
        Foundation.kill(client.processIdentifier, SIGKILL)
        client.waitUntilExit()
      }
      let clock = ContinuousClock()
      let waited = try await clock.measure { _ = try await waiting?.value.get() }
      #expect(waited < .seconds(5))
      let events = try await log.allEvents()
      #expect(events.map(\.stream.rawValue) == ["a-1", "a-1", "a-2", "a-3", "a-3", "a-4"])
      // Who sends the group again, as the next process would, finds it done.
      #expect(try await log.append(group[1]).isDuplicate)
      #expect(try await store.defects() == [])
    }
  }

  @Test func `S9 a client that is killed with its transaction open leaves nothing, and the next goes on at once`() async throws {
    try await withStore { store in
      let log = store.log()
      let client = try store.psql("begin;\n" + Self.script(of: [append("a-1", events: 3)]), keepOpen: true)
      try await eventually("the transaction is open") {
        try await store.admin.query(
          .unprepared("select count(*) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'"))[0]
          .int64(0) == 1
      }
      let waiting = Task { await log.verdict(append("a-2")) }
      try await store.waitForLockWaiters(1)
      Foundation.kill(client.processIdentifier, SIGKILL)
      client.waitUntilExit()
      let clock = ContinuousClock()
      #expect(try await clock.measure { _ = try await waiting.value.get() } < .seconds(5))
      #expect(try await log.allEvents().map(\.stream.rawValue) == ["a-2"])
      #expect(try await store.defects() == [])
    }
  }

  @Test func `a group whose connection breaks is sent again, and each append is answered as what it was`() async throws {
    try await withStore { store in
      let (log, other) = (store.log(), store.log())
      let known = append("a-1")
      _ = try await log.append(known)
      let twin = append("a-2", .noStream)
      let here = append("a-2", .noStream, command: twin.commandID)
      let box = VerdictBox()
      try await store.admin.withTransaction { connection in
        _ = try await connection.query(.unprepared("select from event_store.head for update"))
        log.submit(append("busy-1")) { box.add($0, at: 0) }
        try await store.waitForLockWaiters(1)
        // The group gets its connection taken away while it waits.
        try await store.endLockWaiters()
        log.submit(known) { box.add($0, at: 1) }
        log.submit(here) { box.add($0, at: 2) }
      }
      _ = await other.verdict(twin)
      try await eventually("all are answered") { box.count == 3 }
      #expect(try box.verdicts[0].get().isDuplicate == false)
      #expect(try box.verdicts[1].get().isDuplicate == true)
      #expect(try await log.allEvents().count == 3)
      #expect(try await store.defects() == [])
    }
  }

  @Test func `what a group had written before its answer was lost is told as written, but a twin's work is not`() async throws {
    try await withStore { store in
      let (mine, twins) = (store.log(), store.log())
      let (here, there) = (append("a-1", .noStream), append("a-2", .noStream))
      let box = VerdictBox()
      try await store.admin.withTransaction { connection in
        _ = try await connection.query(.unprepared("select from event_store.head for update"))
        mine.submit(here) { box.add($0, at: 0) }
        twins.submit(there) { box.add($0, at: 1) }
        try await store.waitForLockWaiters(2)
        try await store.endLockWaiters()
        // As if the first had been written and only its answer lost, and the second been decided elsewhere as well.
        var elsewhere = there
        elsewhere.token = DecisionToken()
        _ = try await connection.query(AppendGroup.statement, AppendGroup([here, elsewhere]).parameters)
      }
      try await eventually("both are answered") { box.count == 2 }
      #expect(try box.verdicts.map { try $0.get().isDuplicate } == [false, true])
      #expect(try box.verdicts.map { try $0.get().position.rawValue } == [1, 2])
      #expect(try await store.defects() == [])
    }
  }

  @Test func `S10 after kill -9 of the server under load every acknowledged event is there once, and the chain verifies`() async throws {
    try await PrivateServer.run { server in
      try await withStore(on: server.url) { store in
        let logs = [store.log(), store.log()]
        let ledger = Ledger()
        try await withThrowingTaskGroup(of: Void.self) { group in
          for writer in 0..<16 {
            group.addTask {
              var number = 0
              while !ledger.isOver {
                number += 1
                let command = append("a-\(writer)-\(number % 5)", events: 1 + number % 3)
                // Sent until it is acknowledged, as a client would, now through this process and now through that.
                while true {
                  if let result = try? await logs[(writer + number) % 2].append(command) {
                    let count = Int64(command.streams[0].events.count)
                    ledger.acknowledge(command.commandID, at: (0..<count).map { result.position.rawValue - count + 1 + $0 })
                    break
                  }
                  try await Task.sleep(for: .milliseconds(20))
                }
              }
            }
          }
          for _ in 1...2 {
            let before = ledger.count
            try await eventually("there is load") { ledger.count > before + 200 }
            server.kill()
            try await server.start()
          }
          let before = ledger.count
          try await eventually("writers go on by themselves") { ledger.count > before + 50 }
          ledger.end()
          try await group.waitForAll()
        }
        let events = try await logs[0].allEvents()
        var found: [CommandID: [Int64]] = [:]
        for event in events { found[event.commandID, default: []].append(event.position.rawValue) }
        #expect(found == ledger.positions)
        #expect(events.map(\.position.rawValue) == events.indices.map { Int64($0) + 1 })
        #expect(try await store.defects() == [])
      }
    }
  }

  /// A call of the append as text, for a client that is no process of ours.
  static func script(of appends: [Append]) -> String {
    func literal(_ value: PostgresValue) -> String {
      func array(_ elements: [String], _ type: String) -> String { "array[\(elements.joined(separator: ","))]::\(type)[]" }
      func quoted(_ bytes: [UInt8]) -> String { "'\(String(decoding: bytes, as: UTF8.self))'" }
      func hexadecimal(_ bytes: [UInt8]) -> String { "'\\x\(bytes.map { String(format: "%02x", $0) }.joined())'" }
      func time(_ microseconds: Int64) -> String { "timestamptz 'epoch' + \(microseconds) * interval '1 microsecond'" }
      return switch value {
      case .uuidArray(let values): array(values.map { "'\($0.uuidString)'" }, "uuid")
      case .optionalUUIDArray(let values): array(values.map { $0.map { "'\($0.uuidString)'" } ?? "null" }, "uuid")
      case .boolArray(let values): array(values.map { "\($0)" }, "boolean")
      case .int32Array(let values): array(values.map { "\($0)" }, "integer")
      case .int16Array(let values): array(values.map { "\($0)" }, "smallint")
      case .optionalInt64Array(let values): array(values.map { $0.map { "\($0)" } ?? "null" }, "bigint")
      case .textArray(let values): array(values.map { "'\($0)'" }, "text")
      case .optionalTextArray(let values): array(values.map { $0.map { "'\($0)'" } ?? "null" }, "text")
      case .bytesArray(let values): array(values.map(hexadecimal), "bytea")
      case .optionalBytesArray(let values): array(values.map { $0.map(hexadecimal) ?? "null" }, "bytea")
      case .jsonArray(let values): array(values.map(quoted), "json")
      case .optionalJSONArray(let values): array(values.map { $0.map(quoted) ?? "null" }, "json")
      case .timestampArray(let values): array(values.map(time), "timestamptz")
      case .optionalTimestampArray(let values): array(values.map { $0.map(time) ?? "null" }, "timestamptz")
      default: preconditionFailure("no parameter of the append is \(value)")
      }
    }
    return "select count(*) from event_store.append_group(\(AppendGroup(appends).parameters.map(literal).joined(separator: ",\n")));\n"
  }
}

/// What a load was told.
private final class Ledger: Sendable {
  private let state = Mutex<(positions: [CommandID: [Int64]], isOver: Bool)>(([:], false))

  func acknowledge(_ command: CommandID, at positions: [Int64]) { state.withLock { $0.positions[command] = positions } }
  func end() { state.withLock { $0.isOver = true } }
  var isOver: Bool { state.withLock { $0.isOver } }
  var count: Int { state.withLock { $0.positions.count } }
  /// Of the events of each command that was acknowledged.
  var positions: [CommandID: [Int64]] { state.withLock { $0.positions } }
}

extension Store {
  /// Another process that runs statements as the application's role.
  /// - Parameter keepOpen: it stays when they are done.
  func psql(_ script: String, keepOpen: Bool = false) throws -> Process {
    let process = Process()
    let configuration = migrator.configuration("event_store", as: .app)
    process.executableURL = URL(filePath: "/usr/bin/psql")
    process.arguments = ["-X", "-q", "-d", configuration.urlWithPassword()]
    let input = Pipe()
    process.standardInput = input
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.standardError
    try process.run()
    try input.fileHandleForWriting.write(contentsOf: Data(script.utf8))
    if !keepOpen { try input.fileHandleForWriting.close() }
    return process
  }
}
