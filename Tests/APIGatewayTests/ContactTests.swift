import Aggregates
import EventSourcing
import EventStoreTesting
import HTTPTypes
import JSON
import Testing

@testable import APIGateway

@Suite struct ContactTests {
  private static let contacts = "/api/v1/contacts/contacts"
  private static let lists = "/api/v1/contacts/lists"
  private static let tags = "/api/v1/contacts/tags"
  private static let open = "/api/v1/contacts/public"

  private func add(_ harness: Harness, _ email: String) async throws -> Int64 {
    let answer = try await harness.send(
      .post, Self.contacts, #"{"email":"\#(email)"}"#, token: harness.token(1, .admin), headers: ["Idempotency-Key": email])
    #expect(answer.status == 201)
    return try answer.json["data"]!["id"]!.int64Value!
  }

  private func state(_ id: Int64, _ harness: Harness) async throws -> Contact.State {
    let events = try await harness.log.readStream(Contact.stream(id), after: .none, limit: 100)
    let keys = try await harness.log.subjectKeys(Set(events.compactMap(\.subject)), create: false)
    return Contact.state(after: try events.map { try Contact.Event.decoder.decode($0, keys: keys) })
  }

  @Test(arguments: [
    (#"{}"#, "missing-field", "/email"), (#"{"email":"nobody"}"#, "invalid-format", "/email"),
    (#"{"email":"a@b.fr","phone":"123456789012345678901"}"#, "too-long", "/phone"),
    (#"{"email":"a@b.fr","country":"fr"}"#, "invalid-format", "/country"),
    (#"{"email":"a@b.fr","language":"fra"}"#, "too-long", "/language"),
    (#"{"email":"a@b.fr","status":"gone"}"#, "value-not-allowed", "/status"),
    (#"{"email":"a@b.fr","source":"gone"}"#, "value-not-allowed", "/source"),
    (#"{"email":"a@b.fr","gender":"X"}"#, "value-not-allowed", "/gender"),
    (#"{"email":"a@b.fr","birth_date":"1990-02-30"}"#, "invalid-format", "/birth_date"),
    (#"{"email":"a@b.fr","custom_fields":[]}"#, "wrong-type", "/custom_fields"),
    (#"{"email":"a@b.fr","custom_fields":{"a":"\u0000"}}"#, "nul-character", "/custom_fields"),
    (#"{"email":"a@b.fr","tags":"VIP"}"#, "wrong-type", "/tags"),
    (#"{"email":"a@b.fr","user_id":1}"#, "unknown-field", "/user_id"),
    (#"{"email":"a@b.fr","email_open_count":9}"#, "unknown-field", "/email_open_count"),
  ])
  func `each wrong contact has its own problem and changes nothing`(body: String, code: String, pointer: String) async throws {
    let harness = try await Harness(groups: APIGateway.groups)
    let answer = try await harness.send(.post, Self.contacts, body, token: harness.token(1, .admin))
    #expect(answer.status == 422)
    #expect(try answer.code == code)
    #expect(try answer.json["errors"]?[0]?["pointer"]?.stringValue == pointer)
    #expect(try await harness.log.head() == .start)
  }

  @Test func `who may change contacts may not delete them in bulk`() async throws {
    let harness = try await Harness(groups: APIGateway.groups)
    let executor = harness.services.executor
    let permission = DefaultPermission.contactsUpdate.id
    _ = try await executor.execute(SeedReference<Permission>(id: permission, row: .init(name: "contacts.update")))
    _ = try await executor.execute(
      AddReference<Role>(id: RoleID(2_000), row: .init(name: "editor", permissionIDs: [permission])))
    _ = try await executor.execute(
      ImportUser(userID: UserID(70), email: "staff@example.org", firstname: "", lastname: "", emailClaim: "email:staff"))
    _ = try await executor.execute(AssignRole(userID: UserID(70), roleID: RoleID(2_000), assignedBy: nil))
    let (token, id) = (try await harness.token(70, .support), try await add(harness, "a@example.org"))
    func act(_ action: String) async throws -> Answer {
      try await harness.send(.post, "\(Self.contacts)/bulk-action", #"{"action":"\#(action)","contact_ids":[\#(id)]}"#, token: token)
    }
    #expect(try await act("subscribe").status == 200)
    #expect(try await act("delete").code == "forbidden")
  }

  @Test func `an address has one contact, whatever its case, and is free again once that is deleted`() async throws {
    let harness = try await Harness(groups: APIGateway.groups)
    let token = try await harness.token(1, .admin)
    let id = try await add(harness, "zoe@example.org")
    #expect(try await add(harness, "zoe@example.org") == id)
    let taken = try await harness.send(.post, Self.contacts, #"{"email":"ZOE@example.org"}"#, token: token)
    #expect(taken.status == 409)
    #expect(try taken.json["errors"]?[0]?["pointer"]?.stringValue == "/email")
    // Ten at once: one wins.
    let harnessOfAll = harness
    let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<10 {
        group.addTask { try await harnessOfAll.send(.post, Self.contacts, #"{"email":"race@example.org"}"#, token: token).status }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(statuses.sorted() == [201] + Array(repeating: 409, count: 9))
    let path = "\(Self.contacts)/\(id)"
    #expect(try await harness.send(.delete, path, token: token).code == "precondition-required")
    #expect(try await harness.send(.delete, path, token: token, headers: ["If-Match": "\"v9\""]).code == "precondition-failed")
    #expect(try await harness.send(.delete, path, token: token, headers: ["If-Match": "*"]).status == 204)
    #expect(try await harness.send(.post, Self.contacts, #"{"email":"ZOE@example.org"}"#, token: token).status == 201)
    #expect(try await harness.send(.patch, path, "{}", token: token, headers: ["If-Match": "*"]).code == "not-found")
  }

  @Test func `a change moves fields, status and address`() async throws {
    let harness = try await Harness(groups: APIGateway.groups)
    let (token, id) = (try await harness.token(1, .admin), try await add(harness, "a@example.org"))
    _ = try await add(harness, "b@example.org")
    let path = "\(Self.contacts)/\(id)"
    func patch(_ body: String) async throws -> Answer {
      try await harness.send(.patch, path, body, token: token, headers: ["If-Match": "*"])
    }
    #expect(try await patch(#"{"city":"Lyon","birth_date":"1990-01-02","status":"inactive"}"#).status == 200)
    var seen = try await state(id, harness)
    #expect(seen.content?.city == "Lyon")
    #expect(seen.status == .inactive)
    #expect(try await patch(#"{"city":null,"email":"c@example.org"}"#).status == 200)
    seen = try await state(id, harness)
    #expect(seen.content?.city == nil)
    #expect(seen.content?.email == "c@example.org")
    #expect(try await patch(#"{"email":"B@example.org"}"#).code == "already-taken")
    let forbidden = try await patch(#"{"status":"bounced"}"#)
    #expect(forbidden.status == 409)
    #expect(try forbidden.json["current"]?.stringValue == "inactive")
    #expect(try forbidden.json["allowed"]?.arrayValue == ["active"])
  }

  @Test func `staff subscribes, unsubscribes and counts`() async throws {
    let harness = try await Harness(groups: APIGateway.groups)
    let (token, id) = (try await harness.token(1, .admin), try await add(harness, "a@example.org"))
    let path = "\(Self.contacts)/\(id)"
    for (word, body, status) in [
      ("subscribe", #"{"type":"newsletter"}"#, 200), ("subscribe", #"{"type":"all"}"#, 422), ("engagement", #"{"type":"opened"}"#, 200),
      ("engagement", #"{"type":"sent"}"#, 422), ("unsubscribe", "{}", 200),
    ] {
      #expect(try await harness.send(.post, "\(path)/\(word)", body, token: token).status == status, "\(word) \(body)")
    }
    let seen = try await state(id, harness)
    #expect(seen.status == .unsubscribed)
    #expect(seen.openCount == 1)
    #expect(try await harness.send(.post, "\(Self.contacts)/999/subscribe", #"{"type":"sms"}"#, token: token).code == "not-found")
  }

  @Test func `bulk work is done to all, or to none`() async throws {
    let harness = try await Harness(groups: APIGateway.groups)
    let token = try await harness.token(1, .admin)
    let ids = [try await add(harness, "a@example.org"), try await add(harness, "b@example.org")]
    func act(_ body: String) async throws -> Answer {
      try await harness.send(.post, "\(Self.contacts)/bulk-action", body, token: token)
    }
    let all = "\"contact_ids\":\(ids + [999])"
    #expect(try await act(#"{"action":"subscribe",\#(all),"data":{"type":"sms"}}"#).json["data"]?["affected"]?.int64Value == 2)
    #expect(try await act(#"{"action":"subscribe",\#(all),"data":{"type":"all"}}"#).code == "value-not-allowed")
    #expect(try await act(#"{"action":"add_tag",\#(all)}"#).code == "missing-field")
    #expect(try await act(#"{"action":"add_tag",\#(all),"data":{"tag_id":7}}"#).code == "unknown-reference")
    #expect(try await act(#"{"action":"delete","contact_ids":[]}"#).code == "too-short")
    #expect(try await act(#"{"action":"delete","contact_ids":[999]}"#).code == "unknown-reference")
    _ = try await act(#"{"action":"update_status","contact_ids":[\#(ids[1])],"data":{"status":"complained"}}"#)
    let before = try await harness.log.head()
    let refused = try await act(#"{"action":"update_status",\#(all),"data":{"status":"inactive"}}"#)
    #expect(refused.status == 409)
    #expect(try refused.json["contact_id"]?.int64Value == ids[1])
    #expect(try await harness.log.head() == before)
    #expect(try await act(#"{"action":"delete",\#(all)}"#).json["data"]?["affected"]?.int64Value == 2)
  }

  @Test func `signing up and off tells nobody who is known`() async throws {
    let harness = try await Harness(groups: APIGateway.groups)
    let body = #"{"email":"zoe@example.org","first_name":"Zoé","marketing":true}"#
    let first = try await harness.send(.post, "\(Self.open)/subscribe", body)
    let again = try await harness.send(.post, "\(Self.open)/subscribe", body.replacing("Zoé", with: "Mallory"))
    #expect(first.status == 201)
    #expect(first.body == again.body)
    let id = try #require(
      try await harness.log.claimOwner(harness.services.emails.claim(of: "ZOE@example.org", among: "contact-email")).flatMap {
        Int64($0.id)
      })
    #expect(try await state(id, harness).content?.firstName == "Zoé")
    #expect(try await state(id, harness).subscriptions == ContactSubscriptions(newsletter: true, marketing: true))
    #expect(try await harness.send(.post, "\(Self.open)/track/\(id)/opened").status == 204)
    #expect(try await harness.send(.post, "\(Self.open)/track/\(id)/clicked").status == 204)
    #expect(try await harness.send(.post, "\(Self.open)/track/9/opened").status == 404)
    let known = try await harness.send(.post, "\(Self.open)/unsubscribe", #"{"email":"zoe@example.org"}"#)
    let unknown = try await harness.send(.post, "\(Self.open)/unsubscribe", #"{"email":"nobody@example.org"}"#)
    #expect(known.status == 200)
    #expect(known.body == unknown.body)
    #expect(known["Comptoir-Position"] == nil)
    #expect(try await state(id, harness).status == .unsubscribed)
  }

  @Test func `lists are made, filled by hand, duplicated and archived`() async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      let token = try await harness.token(1, .admin)
      let id = try await add(harness, "a@example.org")
      for (body, code) in [
        (#"{"name":"A"}"#, "missing-field"), (#"{"name":"A","type":"x"}"#, "value-not-allowed"),
        (#"{"name":"A","type":"custom","is_dynamic":true}"#, "too-short"),
        (
          #"{"name":"A","type":"custom","is_dynamic":true,"criteria":[{"field":"password","operator":"equals","value":"x"}]}"#,
          "value-not-allowed"
        ),
        (#"{"name":"A","type":"custom","is_dynamic":true,"criteria":[{"field":"status","operator":"equals"}]}"#, "missing-field"),
        (
          #"{"name":"A","type":"custom","is_dynamic":true,"criteria":[{"field":"tags","operator":"equals","value":"x"}]}"#, "invalid-format"
        ),
      ] {
        #expect(try await harness.send(.post, Self.lists, body, token: token).code == code, "\(body)")
      }
      let made = try await harness.send(.post, Self.lists, #"{"name":"Clés","type":"custom"}"#, token: token)
      let list = try made.json["data"]!["id"]!.int64Value!
      #expect(try await harness.send(.post, Self.lists, #"{"name":"CLES","type":"custom"}"#, token: token).code == "already-taken")
      let members = "\(Self.lists)/\(list)/contacts"
      let ids = #"{"contact_ids":[\#(id),999]}"#
      #expect(try await harness.send(.post, members, ids, token: token).json["data"]?["affected"]?.int64Value == 1)
      #expect(try await harness.send(.post, members, #"{"contact_ids":[999]}"#, token: token).code == "unknown-reference")
      #expect(try await harness.send(.post, "\(Self.lists)/999/contacts", ids, token: token).code == "not-found")
      #expect(try await harness.send(.delete, members, ids, token: token).json["data"]?["affected"]?.int64Value == 1)
      let copy = try await harness.send(.post, "\(Self.lists)/\(list)/duplicate", #"{"name":"Copie"}"#, token: token)
      #expect(copy.status == 201)
      #expect(try await harness.send(.post, "\(Self.lists)/\(list)/duplicate", #"{"name":"clés"}"#, token: token).code == "already-taken")
      #expect(try await harness.send(.delete, "\(Self.lists)/\(list)", token: token, headers: ["If-Match": "*"]).status == 204)
      let closed = try await harness.send(.post, members, ids, token: token)
      #expect(closed.status == 409)
      #expect(try closed.json["current"]?.stringValue == "archived")
    }
  }

  @Test func `a dynamic list takes those who fit, and the same again`() async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      let token = try await harness.token(1, .admin)
      let ids = [try await add(harness, "a@example.org"), try await add(harness, "b@example.org")]
      let criteria =
        #"[{"field":"city","operator":"starts_with","value":"ly"},{"field":"email_open_count","operator":"greater_than","value":5,"logic":"or"}]"#
      let made = try await harness.send(
        .post, Self.lists, #"{"name":"L","type":"custom","is_dynamic":true,"criteria":\#(criteria)}"#, token: token)
      let list = try made.json["data"]!["id"]!.int64Value!
      // The rows as the projector would have them.
      let stored = criteria.replacing(":5", with: #":"5""#).replacing(#""ly""#, with: #""ly","logic":"and""#)
      try await databases.execute(
        "contacts_service_db",
        """
        insert into contact_lists values
          (\(list), 'L', null, true, 'custom', 'active', '\(stored)', true, 0, 1, null, null, now(), now());
        insert into contacts (id, email, city, tags, email_open_count) values
          (\(ids[0]), 'a@example.org', 'LYON', '[]', 0), (\(ids[1]), 'b@example.org', null, '[]', 6);
        insert into internal.checkpoints (generation, name, position)
          select id, 'contacts_service_db', \(try await harness.log.head().rawValue) from internal.generations where state = 'current'
          on conflict (generation, name) do update set position = excluded.position;
        """)
      let path = "\(Self.lists)/\(list)/sync"
      let synced = try await harness.send(.post, path, token: token)
      #expect(synced.status == 200)
      #expect(try synced.json["data"]?["added"]?.int64Value == 2)
      #expect(try synced.json["data"]?["contact_count"]?.int64Value == 2)
      #expect(try await harness.send(.post, "\(Self.lists)/\(list)/contacts", #"{"contact_ids":[\#(ids[0])]}"#, token: token).status == 409)
      #expect(try await harness.send(.post, "\(Self.lists)/2/sync", token: token).status == 409)
      #expect(try await harness.send(.post, "\(Self.lists)/999/sync", token: token).status == 404)
    }
  }

  @Test func `tags are put on, taken off, merged and removed`() async throws {
    let harness = try await Harness(groups: APIGateway.groups)
    let token = try await harness.token(1, .admin)
    let id = try await add(harness, "a@example.org")
    func tag(_ name: String) async throws -> Int64 {
      let answer = try await harness.send(.post, Self.tags, ##"{"name":"\##(name)","color":"#ABC"}"##, token: token)
      #expect(answer.status == 201)
      return try answer.json["data"]!["id"]!.int64Value!
    }
    let (first, second) = (try await tag("Un"), try await tag("Deux"))
    #expect(try await harness.send(.post, Self.tags, #"{"name":"UN"}"#, token: token).code == "already-taken")
    #expect(try await harness.send(.post, Self.tags, #"{"name":"x","color":"red"}"#, token: token).code == "invalid-format")
    #expect(try await harness.send(.post, Self.tags, #"{"name":"x","type":"system"}"#, token: token).code == "unknown-field")
    let ids = #"{"contact_ids":[\#(id)]}"#
    #expect(try await harness.send(.post, "\(Self.tags)/\(first)/apply", ids, token: token).json["data"]?["affected"]?.int64Value == 1)
    #expect(try await harness.send(.post, "\(Self.tags)/999/apply", ids, token: token).code == "not-found")
    func names() async throws -> [String] { try await state(id, harness).tags.map(\.name) }
    let rename = try await harness.send(
      .patch, "\(Self.tags)/\(first)", #"{"name":"Premier"}"#, token: token, headers: ["If-Match": "*"])
    #expect(rename.status == 200)
    #expect(try await names() == ["Premier"])
    #expect(
      try await harness.send(.post, "\(Self.tags)/\(first)/merge", #"{"target_tag_id":\#(first)}"#, token: token).code
        == "value-not-allowed")
    #expect(try await harness.send(.post, "\(Self.tags)/\(first)/merge", #"{"target_tag_id":\#(second)}"#, token: token).status == 200)
    #expect(try await names() == ["Deux"])
    #expect(try await harness.send(.delete, "\(Self.tags)/\(second)/remove", ids, token: token).json["data"]?["affected"]?.int64Value == 1)
    _ = try await harness.send(.post, "\(Self.tags)/\(second)/apply", ids, token: token)
    #expect(try await harness.send(.delete, "\(Self.tags)/\(second)", token: token, headers: ["If-Match": "*"]).status == 204)
    #expect(try await names() == [])
  }

  @Test func `an import takes good rows and reports the others`() async throws {
    let harness = try await Harness(groups: APIGateway.groups)
    let token = try await harness.token(1, .admin)
    let id = try await add(harness, "a@example.org")
    let csv =
      #"email,first_name,country\r\nA@example.org,\"Zo\"\"é, la\",fr\r\nbad,x,FR\r\n\r\nb@example.org,,\r\nb@example.org,B,\r\nc@example.org,C,FRA"#
    let answer = try await harness.send(.post, "\(Self.contacts)/import", #"{"csv":"\#(csv)"}"#, token: token)
    #expect(answer.status == 200)
    let data = try answer.json["data"]!
    #expect(data["rows"]?.int64Value == 5)
    #expect(data["created"]?.int64Value == 1)
    #expect(data["updated"]?.int64Value == 1)
    #expect(data["errors"]?.arrayValue?.map { $0["row"]?.int64Value } == [2, 5])
    #expect(data["errors"]?.arrayValue?.map { $0["field"]?.stringValue } == ["email", "country"])
    #expect(try await state(id, harness).content?.firstName == "Zo\"é, la")
    #expect(try await state(id, harness).content?.country == "FR")
    #expect(try await harness.send(.post, "\(Self.contacts)/import", #"{"csv":"name\nx"}"#, token: token).code == "missing-field")
  }

  @Test func `an export is a file that no spreadsheet takes for formulas`() async throws {
    try await ReadDatabases.with { databases in
      let harness = try await Harness(groups: APIGateway.groups, reads: databases.sides)
      let token = try await harness.token(1, .admin)
      let answer = try await harness.send(
        .get, "\(Self.contacts)/export?fields=email,notes,phone,tags", token: token, headers: ["Accept": "text/csv"])
      #expect(answer["Content-Type"] == "text/csv; charset=utf-8")
      #expect(answer["Content-Disposition"]?.hasPrefix("attachment; filename=\"contacts_export_20") == true)
      #expect(
        String(decoding: answer.body, as: UTF8.self) == "email,notes,phone,tags\r\nzoe@example.org,'=1,'+33,VIP\r\nb@example.org,,,\r\n")
      let made = try await harness.send(.post, Self.lists, #"{"name":"Exportée","type":"custom"}"#, token: token)
      let id = try made.json["data"]!["id"]!.int64Value!
      try await databases.execute(
        "contacts_service_db",
        """
        insert into contact_lists (id, name) values (\(id), 'Exportée');
        insert into contact_list_contacts (id, contact_list_id, contact_id) values (50, \(id), 1);
        """)
      let list = try await harness.send(.get, "\(Self.lists)/\(id)/export?format=json&fields=email", token: token)
      #expect(list.status == 200)
      #expect(String(decoding: list.body, as: UTF8.self).contains("zoe@example.org"))
      #expect(!String(decoding: list.body, as: UTF8.self).contains("b@example.org"))
      #expect(try await harness.send(.get, "\(Self.lists)/99/export?format=json&fields=email", token: token).status == 404)
      #expect(try await harness.send(.get, "\(Self.contacts)/export?fields=password", token: token).code == "invalid-parameter")
    }
  }
}
