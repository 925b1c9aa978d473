import EventSourcing
import EventStore
import Foundation
import Logging
import Migrations
import Postgres
import Projectors
import Testing

/// `comptoir import complete-journey` as it is run.
struct JourneyImportTests {
  @Test func `households become contacts and subscribers, and campaigns what was sent to them, once and with nothing to follow`()
    async throws
  {
    try await imported { shop, environment, folder in
      try await run(environment, folder)
      // Three households, two of which got campaign 1 and one of these campaign 2; what is known of two of them makes three tags.
      #expect(try await mailsAndContacts(shop) == expectedEvents)

      try await rebuild(shop)
      #expect(
        try await rows(
          shop, "newsletters_service_db",
          """
          select c.id - (1::bigint << 52), c.name, c.status, to_char(c.sent_at at time zone 'UTC', 'YYYY-MM-DD'), c.total_recipients, c.total_sent,
            (select string_agg(m.id - (1::bigint << 52) || ' to ' || n.email || ' ' || m.status, ', ' order by m.id)
             from newsletter_campaigns m join newsletters n on n.id = m.newsletter_id where m.campaign_id = c.id)
          from campaigns c where c.id >= 1::bigint << 52 order by c.id
          """) == [
            "1|Campaign 1 (Type B)|sent|2016-12-28|2|2|10001 to household-7@journey.example sent, 10002 to household-9@journey.example sent",
            "2|Campaign 2 (Type A)|sent|2017-02-08|1|1|20001 to household-9@journey.example sent",
          ])
      #expect(
        try await rows(
          shop, "newsletters_service_db",
          "select id - (1::bigint << 52), status, subscription_source, to_char(subscribed_at at time zone 'UTC', 'YYYY-MM-DD') from newsletters order by id"
        ) == ["7|subscribed|complete-journey|2016-12-28", "9|subscribed|complete-journey|2016-12-28"])
      #expect(
        try await rows(
          shop, "contacts_service_db",
          """
          select id - (1::bigint << 52), email, user_id = id, source, newsletter_subscribed, custom_fields->>'age', tags
          from contacts where id >= 1::bigint << 52 order by id
          """) == [
            #"7|household-7@journey.example|true|import|true|45-54|["Age: 45-54", "Home: Homeowner"]"#,
            #"8|household-8@journey.example|true|import|false|19-24|["Age: 19-24"]"#, "9|household-9@journey.example|true|import|true||[]",
          ])
      #expect(
        try await rows(
          shop, "contacts_service_db",
          """
          select l.name, l.contact_count, string_agg(m.id - (1::bigint << 52) || ': ' || (m.contact_id - (1::bigint << 52)), ', ' order by m.id)
          from contact_lists l join contact_list_contacts m on m.contact_list_id = l.id group by l.id, l.name, l.contact_count order by l.id
          """) == ["Campaign 1 (Type B): households|2|10001: 7, 10002: 9", "Campaign 2 (Type A): households|1|20001: 9"])

      let head = try await shop.one.log.head()
      try await run(environment, folder)
      #expect(try await shop.one.log.head() == head)
    }
  }

  @Test func `an import that is killed goes on where it was, and nothing is there twice`() async throws {
    try await imported { shop, environment, folder in
      for reached in ["UserRegistered", "ContactAdded", "ContactTagged", "CampaignImported", "MailImported"] {
        try await kill(environment, folder) { try await count(reached, shop) > 0 }
      }
      try await run(environment, folder)
      #expect(try await mailsAndContacts(shop) == expectedEvents)
      let head = try await shop.one.log.head()
      try await run(environment, folder)
      #expect(try await shop.one.log.head() == head)
    }
  }

  private let expectedEvents = [
    "CampaignCounted 2", "CampaignImported 2", "ContactAdded 3", "ContactAddedToList 3", "ContactListRecounted 2", "ContactTagged 3",
    "MailImported 3", "SubscriberEnrolled 2",
  ]

  // MARK: Files

  /// A shop without rows, and a folder as the conversion writes it.
  private func imported(_ body: (Shop, [String: String], URL) async throws -> Void) async throws {
    try await Shop.open(
      runsSagas: false, databases: ["event_store", "subject_keys", "newsletters_service_db", "contacts_service_db"]
    ) { shop in
      let folder = URL.temporaryDirectory.appending(path: "journey-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      var counts: [String] = []
      for (name, lines) in files {
        try lines.map { $0 + "\n" }.joined().write(to: folder.appending(path: "\(name).ndjson"), atomically: true, encoding: .utf8)
        counts.append("\"\(name)\":\(lines.count)")
      }
      try #"{"format":3,"counts":{\#(counts.joined(separator: ","))}}"#
        .write(to: folder.appending(path: "manifest.json"), atomically: true, encoding: .utf8)
      try await body(shop, shop.environment(in: folder), folder)
    }
  }

  private let files: [String: [String]] = [
    "brands": [#"{"brand":1,"name":"Manufacturer 1"}"#], "departments": [], "categories": [], "types": [],
    "products": [#"{"product":5,"ref":"5","name":"Ice","price":99,"first_at":1483271606000000,"brand":1,"place":null}"#],
    "households": [7, 8, 9].map { #"{"household":\#($0),"first_at":1483271606000000}"# }, "orders": [],
    "coupons": [
      #"{"coupon":55,"campaign":1,"kind":"Type B","from":1482883200000000,"until":1487548800000000,"products":[5]}"#
    ],
    "redemptions": [#"{"coupon":55,"campaign":1,"household":7,"at":1483315200000000}"#],
    "contacts": [
      #"{"household":7,"since":1482883200000000,"subscribed_at":1482883200000000,"demographics":{"age":"45-54","home_ownership":"Homeowner"}}"#,
      #"{"household":8,"since":1483271606000000,"subscribed_at":null,"demographics":{"age":"19-24"}}"#,
      #"{"household":9,"since":1482883200000000,"subscribed_at":1482883200000000,"demographics":null}"#,
    ],
    "tags": [
      #"{"tag":1,"name":"Age: 19-24","households":[8]}"#, #"{"tag":2,"name":"Age: 45-54","households":[7]}"#,
      #"{"tag":3,"name":"Home: Homeowner","households":[7]}"#,
    ],
    "campaigns": [
      #"{"campaign":1,"kind":"Type B","from":1482883200000000,"until":1487548800000000,"households":[7,9]}"#,
      #"{"campaign":2,"kind":"Type A","from":1486512000000000,"until":1490572800000000,"households":[9]}"#,
    ],
  ]

  // MARK: Runs

  private func run(_ environment: [String: String], _ folder: URL) async throws {
    let run = try await ComptoirRun.end(["import", "complete-journey", folder.path], environment)
    #expect(run.status == 0, "\(run.errors)")
  }

  /// Starts the import and kills it as soon as it has come so far, unless it is over by then.
  private func kill(_ environment: [String: String], _ folder: URL, when isReached: () async throws -> Bool) async throws {
    let process = Process()
    process.executableURL = URL(filePath: try #require(ProcessInfo.processInfo.environment["COMPTOIR_BIN"]))
    process.arguments = ["import", "complete-journey", folder.path]
    process.environment = environment
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    defer { process.waitUntilExit() }
    let deadline = ContinuousClock.now + .seconds(60)
    while process.isRunning, ContinuousClock.now < deadline {
      if try await isReached() { break }
      try await Task.sleep(for: .milliseconds(2))
    }
    Foundation.kill(process.processIdentifier, SIGKILL)
  }

  // MARK: What is there

  private func mailsAndContacts(_ shop: Shop) async throws -> [String] {
    var counts: [String] = []
    for type in expectedEvents.map({ String($0.prefix { $0 != " " }) }) { counts.append("\(type) \(try await count(type, shop))") }
    return counts
  }

  private func count(_ type: String, _ shop: Shop) async throws -> Int {
    let text = try await shop.strings("event_store", "select count(*)::text from event_store.events where type = '\(type)'")
    return Int(text[0]) ?? 0
  }

  private func rebuild(_ shop: Shop) async throws {
    for projection in [Projection.newsletters, .contacts] {
      let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
      let report = try await Replay(projection, log: shop.one.log, migrator: shop.migrator, logger: logger).rebuild()
      #expect(report.parkedEvents == 0)
    }
  }

  private func rows(_ shop: Shop, _ database: String, _ statement: String) async throws -> [String] {
    // Columns in order, joined; an empty text for null.
    try await shop.strings(
      database,
      """
      select (select string_agg(coalesce(column_.value, ''), '|' order by column_.place)
              from json_each_text(row_to_json(r)) with ordinality as column_(key, value, place))
      from (\(statement)) r
      """)
  }
}
