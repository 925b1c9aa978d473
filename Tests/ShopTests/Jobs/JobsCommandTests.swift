import Foundation
import Logging
import Migrations
import Postgres
import Testing

/// `comptoir jobs` as it is run.
struct JobsCommandTests {
  @Test func `failed jobs are listed with their reason, brought back one or all, and discarded with a reason`() async throws {
    try await Shop.open(runsSagas: false, databases: ["newsletters_service_db"]) { shop in
      let client = PostgresClient(
        shop.migrator.configuration("newsletters_service_db", as: .projector), logger: Logger(label: "test"))
      let result: Result<Void, any Error>
      do {
        result = .success(try await work(shop.environment(in: .temporaryDirectory), client))
      } catch {
        result = .failure(error)
      }
      await client.close()
      try result.get()
    }
  }

  private func work(_ environment: [String: String], _ client: PostgresClient) async throws {
    func run(_ arguments: String...) async throws -> ComptoirRun { try await ComptoirRun.end(["jobs"] + arguments, environment) }
    var answer = try await run("list", "--service", "newsletters")
    #expect(answer.status == 0)
    #expect(answer.errors == ["No job has failed."])

    _ = try await client.query(
      .unprepared(
        """
        insert into ops.jobs (queue, payload, attempts, available_at, created_at)
        select 'campaign:failed', jsonb_build_object('key', 'batch-' || n, 'failure', 'no template')::text, 3, 0, 0 from generate_series(1, 3) n
        """))
    answer = try await run("--service", "newsletters")
    #expect(answer.errors == (1...3).map { "newsletters/\($0)\tcampaign\tbatch-\($0)\t3 tries\tno template" })

    answer = try await run("retry", "newsletters/1")
    #expect(answer.status == 0)
    #expect(answer.errors == ["newsletters/1 is tried again."])
    answer = try await run("retry", "newsletters/1")
    #expect(answer.status == 1)
    #expect(answer.errors == ["Error: there is no failed job newsletters/1"])
    answer = try await run("discard", "newsletters/2", "--reason", "the campaign was wrong")
    #expect(answer.status == 0)
    #expect(answer.errors == ["newsletters/2 is discarded."])
    answer = try await run("list", "--service", "newsletters")
    #expect(answer.errors == ["newsletters/3\tcampaign\tbatch-3\t3 tries\tno template"])
    let queues = try await client.query(.unprepared("select queue from ops.jobs order by id")).map { try $0.string(0) }
    #expect(queues == ["campaign", "campaign:discarded", "campaign:failed"])

    // What makes no sense is told, and changes nothing.
    for arguments in [
      ["retry"], ["retry", "newsletters/3", "--all"], ["retry", "orders/1"], ["retry", "3"], ["discard", "newsletters/3"],
      ["discard", "newsletters/3", "--reason", " "], ["list", "--service", "orders"],
    ] {
      #expect(try await ComptoirRun.end(["jobs"] + arguments, environment).status != 0, "\(arguments)")
    }
  }
}
