import Aggregates
import EventSourcing
import HTTPTypes
import JSON
import Postgres

/// Contacts out of files and into them.
enum ContactFileRoutes {
  static let routes: [Route] = [
    Route(
      .post, "/contacts/import", "importContacts", "Brings contacts from a CSV text; known addresses are changed, faulty rows reported",
      in: ContactImportInput.self, out: imported.asData, access: ContactAccess.import, idempotency: .none, problems: [],
      handler: bring),
    everybody.route("/contacts/export", "exportContacts", "All contacts as CSV or JSON", access: ContactAccess.export),
    Route(
      .get, "/lists/{id}/export", "exportContactList", "The contacts on a list as CSV or JSON", in: ContactListExportInput.self,
      out: TableExport.schema, access: ContactAccess.export, idempotency: .none, problems: []
    ) { input, call in
      guard try await !call.services.log.readStream(ContactList.stream(input.id), after: .none, limit: 1).isEmpty else {
        throw Problem(.notFound)
      }
      return try await onList.reply(input.export, [.int64(input.id.rawValue)], call)
    }.answering("text/csv"),
  ]

  static let everybody = export()
  /// `$2` bigint: the list.
  static let onList = export(
    where: "exists (select from contact_list_contacts m where m.contact_id = c.id and m.contact_list_id = $2 and m.status = 'active')")

  private static func export(where condition: String = "true") -> TableExport {
    TableExport(
      "contacts", from: "contacts c", id: "c.id", where: condition,
      columns: [
        "id": "c.id", "email": "c.email", "first_name": "c.first_name", "last_name": "c.last_name", "company": "c.company",
        "phone": "c.phone", "country": "c.country", "city": "c.city", "status": "c.status", "source": "c.source",
        "language": "c.language", "birth_date": "c.birth_date", "gender": "c.gender",
        "newsletter_subscribed": "c.newsletter_subscribed", "marketing_subscribed": "c.marketing_subscribed",
        "sms_subscribed": "c.sms_subscribed", "subscribed_at": "c.subscribed_at", "unsubscribed_at": "c.unsubscribed_at",
        "last_email_sent_at": "c.last_email_sent_at", "last_email_opened_at": "c.last_email_opened_at",
        "last_email_clicked_at": "c.last_email_clicked_at", "email_open_count": "c.email_open_count",
        "email_click_count": "c.email_click_count", "user_id": "c.user_id", "custom_fields": "c.custom_fields",
        "tags": "(select string_agg(tag, ';') from jsonb_array_elements_text(coalesce(c.tags, '[]')) tag)", "notes": "c.notes",
        "created_at": "c.created_at", "updated_at": "c.updated_at",
      ], usual: ContactFile.importedColumns, side: { $0.reads.contacts })
  }

  private static let imported = Schema.object(
    "ContactImport",
    [
      "rows": .integer, "created": .integer, "updated": .integer, "failed": .integer,
      "errors": .array(.object(["row": .integer, "field": .text, "code": .text])),
    ])
  // MARK: Import

  /// How many rows are one append.
  private static let batch = 500

  @Sendable private static func bring(_ input: ContactImportInput, _ call: Call) async throws -> Reply {
    var file = ContactFile(input.csv)
    if let missing = file.missingColumn { throw Problem.field("/csv", .missingField, limit: missing) }
    if file.rowCount > ContactFile.maximumRows { throw Problem.field("/csv", .tooLong, limit: "≤ \(ContactFile.maximumRows) rows") }
    let rows = file.contents(claim: { call.contactClaim(of: $0) })
    var (created, updated) = (Int64(0), Int64(0))
    for chunk in rows.chunks(of: batch) {
      for attempt in 1... {
        do {
          let (fresh, changed) = try await bring(chunk, call)
          created += fresh
          updated += changed
          break
        } catch let error where attempt < 5 && error.meansAnotherContact {
          continue
        }
      }
    }
    return .data { json in
      json.field("rows", file.rowCount)
      json.field("created", created)
      json.field("updated", updated)
      json.field("failed", file.faults.count)
      json.array("errors", file.faults) { json, fault in
        json.field("row", fault.row)
        json.field("field", fault.field)
        json.field("code", fault.code.rawValue)
      }
    }
  }

  private static func bring(_ rows: [ContactFile.Row], _ call: Call) async throws -> (created: Int64, updated: Int64) {
    var created: Int64 = 0
    var imports: [ImportContacts.Row] = []
    for row in rows {
      let known = try await call.contact(withClaim: row.claim)
      if known == nil { created += 1 }
      let id = if let known { known } else { ContactID(try await call.nextID("contact")) }
      let user = known == nil ? try await call.userID(withEmail: row.content.email) : nil
      imports.append(ImportContacts.Row(contactID: id, content: row.content, emailClaim: row.claim, userID: user))
    }
    let outcome = try await call.executeStep(ImportContacts(rows: imports))
    return (created, max(0, (outcome.answer?.count ?? 0) - created))
  }
}
