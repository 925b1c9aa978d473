import Aggregates
public import EventSourcing

extension FileKeeper {
  public func park(_ saga: String, at message: RecordedEvent, tries: Int, error: String) async throws {
    _ = try await executor.execute(ParkFileSaga(saga: saga, position: message.position, tries: tries, error: error))
  }

  public func unpark(_ saga: String, at position: Position) async throws {
    _ = try await executor.execute(ResumeFileSaga(saga: saga))
  }

  public func parkedSagas() async throws -> [String: Position] {
    let filter = EventFilter(categories: [FileSaga.category])
    let head = try await log.head()
    var parked: [String: Position] = [:]
    var position = Position.start
    while position < head {
      let page = try await log.readLog(after: position, filter: filter, limit: 1_000)
      for event in page.events {
        let saga = String(event.stream.id)
        parked[saga] =
          event.type == FileSagaParked.type.name ? Position(try PayloadDecoder(FileSagaParked.self).decode(event).position) : nil
      }
      guard page.position > position else { break }
      position = page.position
    }
    return parked
  }
}
