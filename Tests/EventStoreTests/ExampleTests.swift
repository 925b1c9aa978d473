import EventSourcing
import EventStoreTesting
import FoundationEssentials
import Testing

// The example of docs/event-store.md, which must be these lines.
// example:begin
/// Moves money from one account to another, once per key.
func transfer(_ amount: String, from payer: Int, to payee: Int, key: String, on log: any EventLog) async throws -> AppendResult {
  let (source, target) = (StreamName(category: "account", id: payer), StreamName(category: "account", id: payee))
  for _ in 1...20 {
    // Read what is there, and decide on it.
    let last = try await log.readStream(source, after: .none, limit: 1_000).last
    let payload = Array(#"{"amount":"\#(amount)"}"#.utf8)
    let withdrawn = EventData(type: "MoneyWithdrawn", isPublic: false, payload: payload, occurredAt: .now())
    let paidIn = EventData(type: "MoneyPaidIn", isPublic: false, payload: payload, occurredAt: .now())
    let append = Append(
      commandID: CommandID(caller: "user-\(payer)", key: key),
      idempotency: .client(requestHash: payload, keep: .seconds(86_400)),
      streams: [
        // Refused when somebody else was faster here ...
        StreamAppend(stream: source, expected: .exactly(last?.version ?? .none, last?.token), events: [withdrawn]),
        // ... and it does not matter what happened there.
        StreamAppend(stream: target, expected: .any, events: [paidIn]),
      ],
      timers: [.set(name: "statement-\(payer)", due: .after(.seconds(3_600)), payload: Array("{}".utf8))],
      answer: Array(#"{"status":"done"}"#.utf8))
    do {
      return try await log.append(append)
    } catch {
      // Then decide again.
      guard case .wrongExpectedVersion = error else { throw error }
    }
  }
  throw AppendError.unavailable(reason: "others were faster 20 times")
}

/// Follows all accounts from a position up to the present; returns where to go on.
func follow(_ log: any EventLog, from start: Position, _ handle: (RecordedEvent) -> Void) async throws -> Position {
  let head = try await log.head()
  var position = start
  while position < head {
    let page = try await log.readLog(after: position, filter: EventFilter(categories: ["account"]), limit: 500)
    page.events.forEach(handle)
    position = page.position
  }
  return position
}
// example:end

@Suite struct ExampleTests {
  @Test func `the example moves money once per key, and follows`() async throws {
    let log = InMemoryEventLog()
    let first = try await transfer("12.50", from: 7, to: 8, key: "k1", on: log)
    let again = try await transfer("12.50", from: 7, to: 8, key: "k1", on: log)
    #expect(again.isDuplicate && again.position == first.position)
    _ = try await transfer("1.00", from: 7, to: 8, key: "k2", on: log)
    var types: [String] = []
    let position = try await follow(log, from: .start) { types.append($0.type) }
    #expect(types == ["MoneyWithdrawn", "MoneyPaidIn", "MoneyWithdrawn", "MoneyPaidIn"])
    #expect(position == Position(4))
  }

  @Test func `the documentation shows the example as it is compiled here`() throws {
    let here = try String(decoding: Data(contentsOf: URL(filePath: #filePath)), as: UTF8.self)
    let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
    let page = try String(decoding: Data(contentsOf: URL(filePath: root + "/docs/event-store.md")), as: UTF8.self)
    let example = here.split(separator: "// example:begin\n")[1].split(separator: "// example:end")[0]
    #expect(page.contains("```swift\n\(example)```"))
  }
}
