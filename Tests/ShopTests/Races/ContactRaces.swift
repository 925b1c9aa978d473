import EventSourcing
import EventStore
import Logging
import ProcessManagers
import Testing

@testable import Aggregates

extension Races {
  @Suite struct OverContacts {
    private static let logger = Logger(label: "shop.tests") { _ in SwiftLogNoOpLogHandler() }

    private static func ports(_ process: ShopProcess) -> [any MessagePort] {
      [
        Contacts(log: process.log, executor: process.executor, logger: logger, fingerprint: { $0.lowercased() }),
        Newsletters(
          log: process.log, executor: process.executor, logger: logger, fingerprint: { $0.lowercased() }, tokenHash: { "hash-\($0)" }),
      ]
    }

    private static func staff(_ command: some Command, _ process: ShopProcess) async throws {
      _ = try await process.executor.execute(command, context: CommandContext(actor: "user-1"))
    }

    /// How many events of a type are in the log.
    private static func count(_ type: EventType, _ shop: Shop) async throws -> Int {
      try await shop.one.log.readLog(after: .start, filter: EventFilter(types: [type.name]), limit: 1_000).events.count
    }

    @Test func `accounts of two processes become contacts and subscribers once, and go as such, however often they are told of`()
      async throws
    {
      try await Shop.open(runsSagas: false) { shop in
        let users = (1...20).map { UserID($0) }
        // Both processes follow at the same time, without a lease between them: the worst that can happen at a change of leaders.
        let runners = shop.processes.flatMap { process in
          Self.ports(process).map { port in
            Task {
              var position = Position.start
              while !Task.isCancelled {
                let page = try await process.log.readLog(after: position, filter: EventFilter(types: port.messageTypes), limit: 50)
                for message in page.events {
                  while true {
                    do {
                      try await port.handle(message)
                      break
                    } catch CommandError.refused(.claimTaken) {
                      // The other one was faster; as a runner does, it is tried again.
                    }
                  }
                }
                position = max(position, page.position)
                if page.events.isEmpty { await process.log.waitForEvents(after: position, matching: .all, timeout: .milliseconds(100)) }
              }
            }
          }
        }
        defer { for runner in runners { runner.cancel() } }
        try await withThrowingTaskGroup(of: Void.self) { group in
          for user in users {
            group.addTask {
              let register = RegisterUser(
                userID: user, email: "u\(user)@example.org", firstname: "A", lastname: "B", passwordHash: "x", emailClaim: "email:\(user)")
              try await shop.process(Int(user.rawValue)).send(register)
            }
          }
          try await group.waitForAll()
        }
        try await shop.until("making contacts") { try await Self.count(ContactAdded.type, shop) == users.count }
        for user in users {
          let owner = try await shop.one.log.claimOwner(Contact.userClaim(user)).orThrow(MissingAnswer())
          let contact = ContactID(try Int64(owner.id).orThrow(MissingAnswer()))
          try await Self.staff(ActOnContact(contactID: contact, .subscribe(.newsletter)), shop.process(Int(user.rawValue)))
        }
        try await shop.until("subscribing") { try await Self.count(SubscriberEnrolled.type, shop) == users.count }
        for user in users[..<10] { try await shop.two.send(DeleteUser(userID: user, reason: .owner, deletedBy: user)) }
        try await shop.until("going") {
          let gone = try await (Self.count(ContactDeleted.type, shop), Self.count(SubscriberUnsubscribed.type, shop))
          return gone == (10, 10)
        }
        for runner in runners { runner.cancel() }
        for runner in runners { _ = await runner.result }

        // All of it once more, to a process that has nothing in memory.
        let head = try await shop.one.log.head()
        let fresh = CommandExecutor(log: shop.two.log)
        let again: [any MessagePort] = [
          Contacts(log: shop.two.log, executor: fresh, logger: Self.logger, fingerprint: { $0.lowercased() }),
          Newsletters(
            log: shop.two.log, executor: fresh, logger: Self.logger, fingerprint: { $0.lowercased() }, tokenHash: { "hash-\($0)" }),
        ]
        for message in try await shop.one.log.readLog(after: .start, filter: .all, limit: 5_000).events {
          for port in again where port.messageTypes.contains(message.type) { try await port.handle(message) }
        }
        #expect(try await shop.one.log.head() == head)
        #expect(try await Self.count(ContactAdded.type, shop) == users.count)
      }
    }
  }
}
