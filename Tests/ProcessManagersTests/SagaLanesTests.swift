import EventSourcing
import EventStoreTesting
import Testing

@testable import ProcessManagers

@Suite struct SagaLanesTests {
  @Test func `a parked saga goes on before what another source holds or may yet bring of it`() async throws {
    let log = InMemoryEventLog()
    for number in 1...6 {
      let event = EventData(type: "Thing", isPublic: false, payload: Array("{}".utf8), occurredAt: InMemoryEventLog.defaultStart)
      let stream = StreamAppend(stream: StreamName(rawValue: "thing-\(number)"), expected: .any, events: [event])
      _ = try await log.append(Append(streams: [stream]))
    }
    let events = try await log.readLog(after: .start, filter: EventFilter(), limit: 10).events
    var lanes = SagaLanes(from: [.start, .start], parked: [:])
    // The first source is ahead; the second has brought one message of the saga, which waits behind, and has not brought the fourth.
    _ = lanes.add([("a", events[4])], from: 0, through: Position(6))
    let first = lanes.next("a")
    let failing = try #require(first)
    _ = lanes.add([("b", events[0]), ("a", events[1])], from: 1, through: Position(2))
    let other = lanes.next("b")
    lanes.finish(try #require(other))
    #expect(lanes.parkingPosition == Position(2))
    let position = lanes.parkingPosition
    lanes.park("a", at: failing, from: position)
    #expect(lanes.parked == ["a": Position(2)])
    #expect(lanes.inFlight == 0 && lanes.checkpoint == Position(2))
  }
}
