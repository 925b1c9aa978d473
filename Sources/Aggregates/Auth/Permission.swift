public import EventSourcing
public import JSON

/// Something that one may be allowed to do (stream `permission-<id>`), such as `products.update`.
///
/// Removing one takes it from every role and user that had it. Those that the platform itself asks for keep their names and stay.
public enum Permission: EditableReference, RemovableReference {
  public typealias ID = PermissionID
  public static let category = "permission"
  public static let names = ReferenceNames("Permission", id: "permission_id")

  public struct Row: Hashable, Sendable {
    /// `resource.action` in lower case, at most 255 characters; unique within its guard.
    public var name: String
    /// The guard that asks for it; the platform's own is `api`.
    public var guardName: String

    public init(name: String, guardName: String = Guards.api) {
      self.name = name
      self.guardName = guardName
    }
  }

  public static func check(_ row: Row) throws(FieldError) {
    try Guards.check(name: row.name, guardName: row.guardName)
    let parts = row.name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count >= 2, parts.allSatisfy({ !$0.isEmpty }), !row.name.contains(where: \.isWhitespace) else {
      throw FieldError("name", .malformed)
    }
  }

  public static func claims(_ row: Row) -> [String] { ["permission:\(TextRules.folded(row.guardName)):\(TextRules.folded(row.name))"] }

  public static func isFixed(_ id: PermissionID) -> Bool { DefaultPermission(id) != nil }
}

extension Permission {
  /// The permissions every installation starts with.
  public static let defaultRows = DefaultPermission.allCases.map { (id: $0.id, row: Row(name: $0.rawValue)) }
}

extension Permission.Row: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    name = try json.string("name")
    guardName = try json.string("guard_name")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("name", name)
    json.field("guard_name", guardName)
  }
}

/// What permissions and roles have in common: the guard that they are made for.
public enum Guards {
  /// The guard of the platform's own interface.
  public static let api = "api"

  static func check(name: String, guardName: String) throws(FieldError) {
    try TextRules.required(name, "name")
    guard name == name.lowercased() else { throw FieldError("name", .malformed) }
    try TextRules.required(guardName, "guard_name")
  }
}
