public import EventSourcing

/// Adds a row to a tree. Adding the same row again changes nothing.
public struct AddTreeNode<Kind: TreeAggregate>: Command {
  /// Drawn before.
  public var id: Kind.ID
  public var node: TreeNode<Kind.ID>

  public init(id: Kind.ID, node: TreeNode<Kind.ID>) {
    self.id = id
    self.node = node
  }

  public func decide(in session: inout DecisionSession) throws -> Created<Kind.ID> {
    let tree = try session.tree(Kind.self)
    guard tree.nodes[id] != node else { return Created(id) }
    guard !tree.hasHad(id) else { throw TreeRejection.alreadyExists(kind: Kind.category, id: id.rawValue) }
    try tree.checkPlace(of: id, node, Kind.self)
    try session.record([.added(TreeNodeAdded(id: id, name: node.name, parentID: node.parentID))], on: Kind.self, Kind.streamID)
    return Created(id)
  }
}

/// Adds a default row with a fixed id, unless that id was ever used or an administrator gave its name to another row.
public struct SeedTreeNode<Kind: TreeAggregate>: Command {
  /// Below 1,000.
  public var id: Kind.ID
  public var node: TreeNode<Kind.ID>

  public init(id: Kind.ID, node: TreeNode<Kind.ID>) {
    self.id = id
    self.node = node
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let tree = try session.tree(Kind.self)
    if !tree.hasHad(id), tree.child(of: node.parentID, named: node.name) == nil {
      _ = try AddTreeNode<Kind>(id: id, node: node).decide(in: &session)
    }
    return NoAnswer()
  }
}

/// Gives a row another name, another parent, or both. Changing nothing writes nothing.
public struct ChangeTreeNode<Kind: TreeAggregate>: Command {
  public var id: Kind.ID
  /// What is to become of the row; may run several times.
  public var change: @Sendable (inout TreeNode<Kind.ID>) -> Void

  public init(id: Kind.ID, change: @escaping @Sendable (inout TreeNode<Kind.ID>) -> Void) {
    self.id = id
    self.change = change
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let tree = try session.tree(Kind.self)
    guard let old = tree.nodes[id] else { throw TreeRejection.notFound(kind: Kind.category, id: id.rawValue) }
    var new = old
    change(&new)
    guard new != old else { return NoAnswer() }
    try tree.checkPlace(of: id, new, Kind.self)
    // Both at once are judged as one change, but told one after the other.
    var events: [TreeEvent<Kind>] = []
    if new.name != old.name { events.append(.renamed(TreeNodeRenamed(id: id, name: new.name))) }
    if new.parentID != old.parentID { events.append(.moved(TreeNodeMoved(id: id, parentID: new.parentID))) }
    try session.record(events, on: Kind.self, Kind.streamID)
    return NoAnswer()
  }
}

/// Removes a row that nothing stands below and nothing uses. Removing it again changes nothing.
public struct RemoveTreeNode<Kind: TreeAggregate>: Command {
  public var id: Kind.ID
  /// How many products refer to it.
  public var usedBy: Int64

  public init(id: Kind.ID, usedBy: Int64) {
    self.id = id
    self.usedBy = usedBy
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let tree = try session.tree(Kind.self)
    if tree.removed.contains(id) { return NoAnswer() }
    guard tree.nodes[id] != nil else { throw TreeRejection.notFound(kind: Kind.category, id: id.rawValue) }
    let children = Int64(tree.childCount(of: id))
    guard children == 0, usedBy == 0 else {
      throw TreeRejection.inUse(kind: Kind.category, id: id.rawValue, children: children, products: usedBy)
    }
    try session.record([.removed(TreeNodeRemoved(id: id))], on: Kind.self, Kind.streamID)
    return NoAnswer()
  }
}

extension Tree {
  /// Whether an id has, or had, a row.
  fileprivate func hasHad(_ id: ID) -> Bool { nodes[id] != nil || removed.contains(id) }

  /// Checks the rules for a row as it is to be.
  fileprivate func checkPlace<Kind: TreeAggregate>(of id: ID, _ node: TreeNode<ID>, _ kind: Kind.Type) throws where Kind.ID == ID {
    do {
      try TextRules.required(node.name, "name")
    } catch {
      throw TreeRejection.invalid(error)
    }
    if let parentID = node.parentID {
      guard !isAtOrAbove(id, parentID) else { throw TreeRejection.cycle(kind: Kind.category, id: id.rawValue) }
      guard nodes[parentID] != nil else { throw TreeRejection.invalid(FieldError("id_1", .unknown)) }
    }
    if let sibling = child(of: node.parentID, named: node.name), sibling != id {
      throw TreeRejection.nameTaken(kind: Kind.category, by: sibling.rawValue)
    }
  }
}

extension DecisionSession {
  /// The whole tree of a kind.
  mutating func tree<Kind: TreeAggregate>(_ kind: Kind.Type) throws -> Tree<Kind.ID> {
    try load(Kind.self, Kind.streamID)
  }
}
