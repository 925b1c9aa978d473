public import EventSourcing

/// A row of a small table that others refer to: countries, rates, brands, types, statuses. One stream a row.
///
/// A kind says what its row holds, how it is stored and which rules it has; events, adding, changing and removing, unique names and
/// idempotence follow from that (`ReferenceEvent`, `AddReference`, `ChangeReference`, `RemoveReference`), and so do the rows of
/// its table (`EventHandler.reference`) and its administration over HTTP (`ReferenceAdministration`).
public protocol ReferenceAggregate: ReferenceKind, Aggregate where State == ReferenceState<Row>, Event == ReferenceEvent<Self> {
  /// The rules for the row's own fields.
  static func check(_ row: Row) throws(FieldError)
  /// Whether everything exists that the row refers to. Nothing by default.
  /// - Throws: `ReferenceRejection`.
  static func checkReferences(of row: Row, in session: inout DecisionSession) throws
  /// The row without what it refers to and has been removed since. The row as it is by default.
  static func current(_ row: Row, in session: inout DecisionSession) throws -> Row
  /// The names that no other row of the kind may have, as keys of claims.
  static func claims(_ row: Row) -> [String]
  /// Whether the software itself relies on a row: it keeps its names and is not removed. False by default.
  static func isFixed(_ id: ID) -> Bool
}

/// What a kind of reference row holds and how it is stored: all that its events need to know.
public protocol ReferenceKind: SendableMetatype {
  associatedtype ID: EntityID
  /// What the row says, its id apart; reads and writes itself as fields of its events.
  associatedtype Row: JSONCodable & Hashable
  /// The stored names of its events; never changed.
  static var names: ReferenceNames { get }
}

/// A kind whose rows can be changed.
public protocol EditableReference: ReferenceAggregate {}

/// A kind whose rows can be removed while nothing uses them.
public protocol RemovableReference: ReferenceAggregate {
  /// Whether a removed row's names stay taken for ever. False by default.
  static var keepsClaims: Bool { get }
}

extension ReferenceAggregate {
  public static var initialState: ReferenceState<Row> { .missing }

  public static func evolve(_ state: inout ReferenceState<Row>, _ event: ReferenceEvent<Self>) {
    switch event {
    case .added(let event): state = .present(event.row)
    case .changed(let event): state = .present(event.row)
    case .removed: state = .removed
    }
  }

  public static func checkReferences(of row: Row, in session: inout DecisionSession) throws {}

  public static func current(_ row: Row, in session: inout DecisionSession) throws -> Row { row }

  public static func isFixed(_ id: ID) -> Bool { false }
}

extension RemovableReference {
  public static var keepsClaims: Bool { false }
}

/// What is known of a row.
public enum ReferenceState<Row: Hashable & Sendable>: Hashable, Sendable {
  /// It never was.
  case missing
  case present(Row)
  /// It was, and its id is not used again.
  case removed

  /// The row, while it is there.
  public var row: Row? {
    if case .present(let row) = self { row } else { nil }
  }
}

/// Why a command on a reference row is refused.
public enum ReferenceRejection: Rejection, Hashable {
  /// A field breaks a rule, or refers to something that does not exist.
  case invalid(FieldError)
  /// There is no such row; `kind` is the category of its stream.
  case notFound(kind: String, id: Int64)
  /// The id has, or had, another row.
  case alreadyExists(kind: String, id: Int64)
  /// The software itself relies on the row, or on its name.
  case fixed(kind: String, id: Int64)
  /// So many others refer to the row.
  case inUse(kind: String, id: Int64, count: Int64)
}
