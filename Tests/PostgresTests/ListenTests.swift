import Postgres
import PostgresTesting
import Testing

struct ListenTests {
  private let notify = PostgresStatement("notify", "SELECT pg_notify($1, $2)")

  @Test func `notifications arrive in order, for the channels asked`() async throws {
    try await withTestClient(prefix: "pg_listen") { client in
      let payloads = try await client.withConnection { connection in
        let notifications = try await connection.listen("Odd \"name\"", "other")
        for number in 0..<20 {
          _ = try await client.query(notify, [.text("Odd \"name\""), .text("\(number)")])
          _ = try await client.query(notify, [.text("unheard"), .text("\(number)")])
        }
        _ = try await client.query(notify, [.text("other"), .text("end")])
        var payloads: [String] = []
        for try await notification in notifications {
          if notification.channel == "other" { break }
          payloads.append(notification.payload)
        }
        return payloads
      }
      #expect(payloads == (0..<20).map { "\($0)" })
    }
  }

  @Test func `a listener that loses its connection listens again`() async throws {
    try await withTestClient(prefix: "pg_listen") { client in
      struct Done: Error {}
      var listened = 0
      await #expect(throws: Done.self) {
        try await client.listen(["news"]) { event in
          switch event {
          case .listening:
            listened += 1
            if listened == 1 {
              _ = try await client.query(
                .unprepared(
                  """
                  SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                  WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'LISTEN%'
                  """))
            } else {
              _ = try await client.query(notify, [.text("news"), .text("again")])
            }
          case .lost(let error):
            #expect(error.kind == .connectionLost)
          case .notification(let notification):
            #expect(notification.payload == "again")
            throw Done()
          }
        }
      }
      #expect(listened == 2)
    }
  }

  @Test func `a cancelled listener returns`() async throws {
    try await withTestClient(prefix: "pg_listen") { client in
      let (started, start) = AsyncStream.makeStream(of: Void.self)
      let task = Task { try await client.listen(["news"]) { _ in start.yield() } }
      for await _ in started { break }
      task.cancel()
      try await task.value
      #expect(client.metrics.connectionsInUse == 0)
    }
  }
}
