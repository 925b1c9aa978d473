import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

@Suite struct StreamSagaTests {
  @Test func `the stored names of sagas' events are those of every log that there is`() {
    func names<Saga: StreamSaga>(_ saga: Saga.Type) -> [String] {
      [Saga.category] + Saga.Event.decoder.cases.map(\.type.name)
    }
    #expect(names(AccountSaga.self) == ["accountsaga", "AccountSagaParked", "AccountSagaResumed"])
    #expect(names(TicketSaga.self) == ["ticketsaga", "TicketSagaParked", "TicketSagaResumed"])
    #expect(names(FileSaga.self) == ["filesaga", "FileSagaParked", "FileSagaResumed"])
    #expect(names(ImageSaga.self) == ["imagesaga", "ImageSagaParked", "ImageSagaResumed"])
    #expect(names(ContactSaga.self) == ["contactsaga", "ContactSagaParked", "ContactSagaResumed"])
    #expect(names(NewsletterSaga.self) == ["newslettersaga", "NewsletterSagaParked", "NewsletterSagaResumed"])
  }

  @Test func `a saga is parked once at a message, and goes on once`() async throws {
    let park = ParkStreamSaga<FileSaga>(saga: "product-7", position: Position(12), tries: 3, error: String(repeating: "x", count: 600))
    let parked = StreamSagaParked<FileSaga>(position: 12, tries: 3, error: String(repeating: "x", count: 500))
    let result = try await Scenario().when(park).then(.parked(parked), on: FileSaga.self, "product-7").andNothingElse()
    #expect(result.recorded[0].type == "FileSagaParked")
    #expect(String(decoding: result.recorded[0].payload, as: UTF8.self).hasPrefix(#"{"position":12,"tries":3,"error":"xxx"#))
    try await result.and.when(park).thenNothing()
    let resume = ResumeStreamSaga<FileSaga>(saga: "product-7")
    let resumed = try await result.and.when(resume)
      .then(.resumed(StreamSagaResumed(position: 12)), on: FileSaga.self, "product-7").andNothingElse()
    try await resumed.and.when(resume).thenNothing()
    // Another service's saga of that name is another one.
    try await resumed.and.when(ResumeStreamSaga<TicketSaga>(saga: "product-7")).thenNothing()
  }
}
