public import EventSourcing

/// Rows that stand below each other without cycles, such as categories: one stream for all rows of a kind (`category-tree`).
///
/// One stream, because every rule is about several rows at once: that no row gets below itself, that siblings differ in their names, and
/// that no row goes which has others below it. A decision on the whole tree is appended against exactly the tree it saw, so that two moves
/// at once, each right by itself, cannot close a ring together, whichever rows they are about. Trees are small and seldom changed.
public protocol TreeAggregate: TreeKind, Aggregate where State == Tree<ID>, Event == TreeEvent<Self> {}

/// What a kind of tree is called where it is stored: all that its events need to know.
public protocol TreeKind: SendableMetatype {
  associatedtype ID: EntityID
  /// The stored names of its events; never changed.
  static var names: TreeNames { get }
}

extension TreeAggregate {
  /// The part of the stream's name after the category.
  public static var streamID: String { "tree" }

  public static var initialState: Tree<ID> { Tree() }

  public static func evolve(_ state: inout Tree<ID>, _ event: TreeEvent<Self>) {
    switch event {
    case .added(let event): state.put(event.id, TreeNode(name: event.name, parentID: event.parentID))
    case .renamed(let event):
      guard var node = state.nodes[event.id] else { return }
      node.name = event.name
      state.put(event.id, node)
    case .moved(let event):
      guard var node = state.nodes[event.id] else { return }
      node.parentID = event.parentID
      state.put(event.id, node)
    case .removed(let event): state.remove(event.id)
    }
  }
}

/// What a row of a tree says.
public struct TreeNode<ID: EntityID>: Hashable, Sendable {
  /// At most 255 characters; unique among siblings without regard to case and accents.
  public var name: String
  /// Must exist; nil for a root.
  public var parentID: ID?

  public init(name: String, parentID: ID? = nil) {
    self.name = name
    self.parentID = parentID
  }
}

/// The rows of one kind that are there, and the ids of those that were.
public struct Tree<ID: EntityID>: Hashable, Sendable {
  public private(set) var nodes: [ID: TreeNode<ID>] = [:]
  /// Ids that are not used again.
  private(set) var removed: Set<ID> = []
  /// The rows below each row, the roots under nil, by folded name.
  private var children: [ID?: [String: ID]] = [:]

  public init() {}

  /// How many rows stand directly below a row.
  public func childCount(of id: ID) -> Int { children[id]?.count ?? 0 }

  /// The row of a name directly below another one, or among the roots.
  func child(of parentID: ID?, named name: String) -> ID? { children[parentID]?[TextRules.folded(name)] }

  /// Whether a row is another one, or stands anywhere above it.
  func isAtOrAbove(_ id: ID, _ other: ID) -> Bool {
    var place: ID? = other
    while let current = place {
      if current == id { return true }
      place = nodes[current]?.parentID
    }
    return false
  }

  fileprivate mutating func put(_ id: ID, _ node: TreeNode<ID>) {
    unlink(id)
    nodes[id] = node
    children[node.parentID, default: [:]][TextRules.folded(node.name)] = id
  }

  fileprivate mutating func remove(_ id: ID) {
    unlink(id)
    nodes[id] = nil
    removed.insert(id)
  }

  private mutating func unlink(_ id: ID) {
    guard let old = nodes[id] else { return }
    children[old.parentID]?[TextRules.folded(old.name)] = nil
  }
}

/// Why a command on a tree is refused.
public enum TreeRejection: Rejection, Hashable {
  /// A field breaks a rule, or names a parent that does not exist.
  case invalid(FieldError)
  /// There is no such row; `kind` is the category of the tree.
  case notFound(kind: String, id: Int64)
  /// The id has, or had, another row.
  case alreadyExists(kind: String, id: Int64)
  /// A sibling has the name.
  case nameTaken(kind: String, by: Int64)
  /// The row would stand below itself.
  case cycle(kind: String, id: Int64)
  /// So many rows stand directly below it, or so many others refer to it.
  case inUse(kind: String, id: Int64, children: Int64, products: Int64)
}
