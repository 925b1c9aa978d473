import Aggregates
import JSON

/// A condition of a dynamic list.
private struct CriterionField: FieldType {
  var placeholder: ContactListCriterion { ContactListCriterion(field: .status, comparison: .equals, value: "active") }

  var schema: Schema {
    .object([
      "field": .choice(ContactListField.allCases.map(\.rawValue)), "operator": .choice(ContactListOperator.allCases.map(\.rawValue)),
      "value": Schema(["type": ["string", "number", "boolean", "null"]]).optional,
      "logic": Schema.choice(ContactListLogic.allCases.map(\.rawValue)).optional,
    ])
  }

  func read(_ json: JSONValue) throws(FieldFault) -> ContactListCriterion {
    guard let members = json.objectValue else { throw FieldFault(.wrongType, limit: "object") }
    if let unknown = members.first(where: { !["field", "operator", "value", "logic"].contains($0.key) }) {
      throw FieldFault(.unknownField, at: "/\(unknown.key)")
    }
    let comparison = try choice(json, "operator", ContactListOperator.self, else: nil)
    var value = ""
    switch json["value"] {
    case .string(let text)?:
      if text.utf8.contains(0) { throw FieldFault(.nulCharacter, at: "/value") }
      value = text
    case .number(let text)?: value = text
    case .bool(let flag)?: value = String(flag)
    case nil, .null?: if comparison.takesValue { throw FieldFault(.missingField, at: "/value") }
    default: throw FieldFault(.wrongType, limit: "string, number, boolean", at: "/value")
    }
    return ContactListCriterion(
      field: try choice(json, "field", ContactListField.self, else: nil), comparison: comparison, value: comparison.takesValue ? value : "",
      logic: try choice(json, "logic", ContactListLogic.self, else: .and))
  }

  private func choice<Choice: RawRepresentable<String> & CaseIterable & Sendable>(
    _ json: JSONValue, _ name: String, _ type: Choice.Type, else usual: Choice?
  ) throws(FieldFault) -> Choice {
    guard let member = json[name] else {
      guard let usual else { throw FieldFault(.missingField, at: "/\(name)") }
      return usual
    }
    do throws(FieldFault) {
      return try ChoiceField<Choice>().read(member)
    } catch {
      throw FieldFault(error.code, limit: error.limit, at: "/\(name)")
    }
  }
}

private let criteriaField = ListField(element: CriterionField(), maximumCount: ContactListDefinition.maximumCriteria)

/// A new list of contacts.
struct NewContactList: RouteInput {
  let definition: ContactListDefinition

  init(_ fields: inout InputReader) {
    definition = ContactListDefinition(
      name: fields.body("name", .text(255)), description: fields.optional("description", .text(10_000, min: 0)),
      type: fields.body("type", .choice(ContactListType.self)), isDynamic: fields.optional("is_dynamic", .bool) ?? false,
      criteria: fields.optional("criteria", criteriaField) ?? [], metadata: fields.optional("metadata", .object(maxBytes: 10_000)))
  }
}

/// A change of a list: what is left out stays, null removes.
struct ContactListChange: RouteInput {
  let id: ContactListID
  let name: String?
  let description: Change<String>
  let type: ContactListType?
  let isDynamic: Bool?
  let criteria: Change<[ContactListCriterion]>
  let metadata: Change<JSONValue>
  let status: ContactListStatus?

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(ContactListID.self))
    name = fields.change("name", .text(255))
    description = fields.nullableChange("description", .text(10_000, min: 0))
    type = fields.change("type", .choice(ContactListType.self))
    isDynamic = fields.change("is_dynamic", .bool)
    criteria = fields.nullableChange("criteria", criteriaField)
    metadata = fields.nullableChange("metadata", .object(maxBytes: 10_000))
    let named = fields.change("status", .choice(ContactListStatus.self))
    // The document's flag says the same as the status.
    let flag = fields.change("is_active", .bool).map { $0 ? ContactListStatus.active : .inactive }
    if let named, let flag, (named == .active) != (flag == .active) { fields.fault("/is_active", .valueNotAllowed) }
    status = named ?? flag
  }

  func apply(to list: inout ContactListDefinition) {
    list.name = name ?? list.name
    list.description = description.applied(to: list.description)
    list.type = type ?? list.type
    list.isDynamic = isDynamic ?? list.isDynamic
    list.criteria = criteria.applied(to: list.criteria) ?? []
    list.metadata = metadata.applied(to: list.metadata)
  }
}

struct ContactListDuplicate: RouteInput {
  let id: ContactListID
  let name: String
  let copiesContacts: Bool

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(ContactListID.self))
    name = fields.body("name", .text(255))
    copiesContacts = fields.optional("copy_contacts", .bool) ?? false
  }
}

// MARK: Tags

struct NewContactTag: RouteInput {
  let row: ContactTag.Row

  init(_ fields: inout InputReader) {
    row = ContactTag.Row(
      name: fields.body("name", .text(255)), color: fields.optional("color", .text(7)) ?? ContactTag.Row.defaultColor,
      description: fields.optional("description", .text(10_000, min: 0)))
  }
}

struct ContactTagChange: RouteInput {
  let id: ContactTagID
  let name: String?
  let color: String?
  let description: Change<String>

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(ContactTagID.self))
    name = fields.change("name", .text(255))
    color = fields.change("color", .text(7))
    description = fields.nullableChange("description", .text(10_000, min: 0))
  }

  func apply(to row: inout ContactTag.Row) {
    row.name = name ?? row.name
    row.color = color ?? row.color
    row.description = description.applied(to: row.description)
  }
}

struct ContactTagMerge: RouteInput {
  let id: ContactTagID
  let target: ContactTagID

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(ContactTagID.self))
    target = fields.body("target_tag_id", .id(ContactTagID.self))
  }
}
