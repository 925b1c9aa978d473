import Aggregates
public import EventSourcing

extension Checkout {
  public func park(_ saga: String, at message: RecordedEvent, tries: Int, error: String) async throws {
    guard let order = Int64(saga).map({ OrderID($0) }) else { return }
    _ = try await executor.execute(ParkSaga(orderID: order, position: message.position, tries: tries, error: error))
  }

  public func unpark(_ saga: String, at position: Position) async throws {
    guard let order = Int64(saga).map({ OrderID($0) }) else { return }
    _ = try await executor.execute(ResumeSaga(orderID: order))
  }

  public func parkedSagas() async throws -> [String: Position] {
    let filter = EventFilter(categories: [CheckoutSaga.category], types: [SagaParked.type.name, SagaResumed.type.name])
    let head = try await log.head()
    var parked: [String: Position] = [:]
    var position = Position.start
    while position < head {
      let page = try await log.readLog(after: position, filter: filter, limit: 1_000)
      for event in page.events {
        let saga = String(event.stream.id)
        parked[saga] = event.type == SagaParked.type.name ? Position(try read(SagaParked.self, event).position) : nil
      }
      guard page.position > position else { break }
      position = page.position
    }
    return parked
  }
}
