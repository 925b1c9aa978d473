import Aggregates
import EventSourcing
import Projectors
import Testing

@testable import Comptoir
@testable import ProcessManagers

/// No process manager acts on what is another service's alone. Walks whatever process managers there are, so that a new one is among them.
struct ProcessManagersSeparationTests {
  @Test func `each event that a process manager acts on is public, or of its own service`() async throws {
    let ports = try await Roles.everyProcessManager()
    #expect(ports.map(\.name).contains("account-mails"))
    for port in ports {
      // One without a service is in each service its own part.
      guard let service = port.service else { continue }
      let projection = try #require(Projection.all.first { $0.database == "\(service)_service_db" }, "\(port.name)")
      for type in port.messageTypes where MessageCatalogue.byEvent[type] == nil {
        // What a projection knows of private events are those of its own categories: nobody else's reach it.
        #expect(projection.handlers[type]?.type.visibility == .private, "\(port.name) of \(service) acts on \(type)")
      }
    }
  }

  @Test func `process managers have names of their own, and act on each kind of event once`() async throws {
    let ports = try await Roles.everyProcessManager()
    #expect(Set(ports.map(\.name)).count == ports.count)
    for port in ports { #expect(Set(port.messageTypes).count == port.messageTypes.count, "\(port.name)") }
  }

  @Test func `whatever saga waits is among those that operators are shown`() async throws {
    func parked<Port: StreamSagaPort>(_ port: Port) -> String { Port.Saga.names.parked.name }
    for port in try await Roles.everyProcessManager() {
      guard let port = port as? any StreamSagaPort else { continue }
      #expect(ParkedSagas.kinds.map { $0.names.parked.name }.contains(parked(port)), "\(port.name)")
    }
  }
}
