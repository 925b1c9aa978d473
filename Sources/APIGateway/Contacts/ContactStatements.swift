import Aggregates
import EventSourcing
import JSON
import Postgres

/// What commands ask of contacts_service_db.
enum ContactStatements {
  /// `$1` text[]: names of tags. At least one row; id and name are null when none is known.
  private static let tagsByName = PostgresStatement(
    "contacts.tags_by_name",
    """
    select here.position, t.id from (select \(ReadSide.positionSQL) as position) here
    left join contact_tags t on internal.fold(t.name) in (select internal.fold(n) from unnest($1::text[]) n)
    """)

  /// `$1` bigint: the list. Whether it is dynamic and what it asks for; null when there is none such.
  private static let criteriaOfList = PostgresStatement(
    "contacts.criteria_of_list",
    """
    select here.position, l.is_dynamic, l.criteria::text from (select \(ReadSide.positionSQL) as position) here
    left join contact_lists l on l.id = $1
    """)

  /// `$1` bigint: the list; `$2` bigint: the last contact that was read; 0 at first. The next 500 that are on it.
  private static let members = PostgresStatement(
    "contacts.members",
    """
    select \(ReadSide.positionSQL), array(
      select m.contact_id from contact_list_contacts m
      where m.contact_list_id = $1 and m.status = 'active' and m.contact_id > $2 order by m.contact_id limit 500)
    """)

  /// The ids of tags.
  /// - Throws: 422 when one is unknown.
  static func tagIDs(named names: [String], _ call: Call) async throws -> [ContactTagID] {
    guard !names.isEmpty else { return [] }
    let (result, _) = try await call.services.reads.contacts.query(tagsByName, [.textArray(names)], call)
    let ids = try result.compactMap { try $0.optionalInt64(1) }.map { ContactTagID($0) }
    guard ids.count == Set(names.map(TextRules.folded)).count else { throw Problem.field("/tags", .unknownReference) }
    return ids
  }

  /// What a dynamic list asks for.
  /// - Throws: 404, or 409 for a static list.
  static func criteria(of list: ContactListID, _ call: Call) async throws -> [ContactListCriterion] {
    let side = call.services.reads.contacts
    // The list may have been changed a moment ago.
    _ = try await side.wait(for: call.services.log.head(), atMost: .seconds(2))
    let (result, _) = try await side.query(criteriaOfList, [.int64(list.rawValue)], call)
    guard let isDynamic = try result[0].optionalBool(1) else { throw Problem(.notFound) }
    guard isDynamic, let text = try result[0].optionalString(2) else { throw ContactListRejection.isStatic }
    // Read as a member of an object, since a payload is one.
    return try JSONObjectReader.parse(Array("{\"criteria\":\(text)}".utf8)) { json in
      try json.array("criteria") { try ContactListCriterion(from: &$0) }
    }
  }

  /// The contacts that are on a list, in steps of at most 500 by id.
  static func members(of list: ContactListID, after contact: ContactID?, _ call: Call) async throws -> [ContactID] {
    let side = call.services.reads.contacts
    let (result, _) = try await side.query(members, [.int64(list.rawValue), .int64(contact?.rawValue ?? 0)], call)
    return try result[0].int64Array(1).map { ContactID($0) }
  }
}
