public import EventSourcing

/// Adds a row. Adding the same row again changes nothing.
public struct AddReference<Kind: ReferenceAggregate>: Command {
  /// Drawn before.
  public var id: Kind.ID
  public var row: Kind.Row

  public init(id: Kind.ID, row: Kind.Row) {
    self.id = id
    self.row = row
  }

  public func decide(in session: inout DecisionSession) throws -> Created<Kind.ID> {
    switch try session.load(Kind.self, id, isNew: true) {
    case .present(row): break
    case .missing: try session.add(Kind.self, id, row)
    case .present, .removed: throw ReferenceRejection.alreadyExists(kind: Kind.category, id: id.rawValue)
    }
    return Created(id)
  }
}

/// Adds a default row with a fixed id, unless that id was ever used: what an administrator made of it since stays.
public struct SeedReference<Kind: ReferenceAggregate>: Command {
  /// Below 1,000.
  public var id: Kind.ID
  public var row: Kind.Row

  public init(id: Kind.ID, row: Kind.Row) {
    self.id = id
    self.row = row
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    if case .missing = try session.load(Kind.self, id) { try session.add(Kind.self, id, row) }
    return NoAnswer()
  }
}

/// Adds many rows of a public list in one append, except those whose id was ever used. A name that another row has refuses all of them.
public struct SeedReferences<Kind: ReferenceAggregate>: Command {
  /// Each id once.
  public var rows: [(id: Kind.ID, row: Kind.Row)]

  public init(_ rows: [(id: Kind.ID, row: Kind.Row)]) {
    self.rows = rows
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    for (id, row) in rows {
      if case .missing = try session.load(Kind.self, id, isNew: true) { try session.add(Kind.self, id, row) }
    }
    return NoAnswer()
  }
}

/// Takes a name that says that a public list, in one version, is in. Given after its last row.
public struct MarkListSeeded<Kind: ReferenceAggregate>: Command {
  /// A row of the list.
  public var id: Kind.ID
  public var claim: String

  public init(id: Kind.ID, claim: String) {
    self.id = id
    self.claim = claim
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    session.claim(claim, for: Kind.stream(id))
    return NoAnswer()
  }
}

/// Gives a row new content, whole or in part. Changing nothing writes nothing.
public struct ChangeReference<Kind: EditableReference>: Command {
  public var id: Kind.ID
  /// What is to become of the row; may run several times.
  public var change: @Sendable (inout Kind.Row) -> Void

  public init(id: Kind.ID, change: @escaping @Sendable (inout Kind.Row) -> Void) {
    self.id = id
    self.change = change
  }

  /// Replaces the whole row.
  public init(id: Kind.ID, row: Kind.Row) {
    self.init(id: id) { $0 = row }
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    guard let old = try session.load(Kind.self, id).row else {
      throw ReferenceRejection.notFound(kind: Kind.category, id: id.rawValue)
    }
    let current = try Kind.current(old, in: &session)
    var new = current
    change(&new)
    guard new != current else { return NoAnswer() }
    let before = Kind.claims(old)
    let after = Kind.claims(new)
    guard !Kind.isFixed(id) || before == after else { throw ReferenceRejection.fixed(kind: Kind.category, id: id.rawValue) }
    try session.check(Kind.self, new)
    try session.record([.changed(ReferenceChanged(id, new))], on: Kind.self, id)
    for key in after where !before.contains(key) { session.claim(key, for: Kind.stream(id)) }
    for key in before where !after.contains(key) { session.release(key, from: Kind.stream(id)) }
    return NoAnswer()
  }
}

/// Removes a row that nothing uses. Removing it again changes nothing.
public struct RemoveReference<Kind: RemovableReference>: Command {
  public var id: Kind.ID
  /// How many rows of the service's own tables refer to it.
  public var usedBy: Int64

  public init(id: Kind.ID, usedBy: Int64) {
    self.id = id
    self.usedBy = usedBy
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    switch try session.load(Kind.self, id) {
    case .missing: throw ReferenceRejection.notFound(kind: Kind.category, id: id.rawValue)
    case .removed: break
    case .present(let row):
      guard !Kind.isFixed(id) else { throw ReferenceRejection.fixed(kind: Kind.category, id: id.rawValue) }
      guard usedBy == 0 else { throw ReferenceRejection.inUse(kind: Kind.category, id: id.rawValue, count: usedBy) }
      try session.record([.removed(ReferenceRemoved(id))], on: Kind.self, id)
      if !Kind.keepsClaims { for key in Kind.claims(row) { session.release(key, from: Kind.stream(id)) } }
    }
    return NoAnswer()
  }
}

extension DecisionSession {
  /// Checks a row and all it refers to.
  /// - Throws: `ReferenceRejection`.
  mutating func check<Kind: ReferenceAggregate>(_ kind: Kind.Type, _ row: Kind.Row) throws {
    do {
      try Kind.check(row)
    } catch {
      throw ReferenceRejection.invalid(error)
    }
    try Kind.checkReferences(of: row, in: &self)
  }

  /// Checks a row, records that it was added and takes its names.
  mutating func add<Kind: ReferenceAggregate>(_ kind: Kind.Type, _ id: Kind.ID, _ row: Kind.Row) throws {
    try check(Kind.self, row)
    try record([.added(ReferenceAdded(id, row))], on: Kind.self, id)
    for key in Kind.claims(row) { claim(key, for: Kind.stream(id)) }
  }

  /// What several rows say, in their order; nil for those that are not there.
  mutating func rows<Kind: ReferenceAggregate>(_ kind: Kind.Type, _ ids: [Kind.ID]) throws -> [Kind.Row?] {
    try prepare(Kind.self, ids)
    return try ids.map { try load(Kind.self, $0).row }
  }

  /// Makes sure that something a row refers to is there.
  /// - Throws: `ReferenceRejection` that names the field.
  mutating func requirePresent<Kind: ReferenceAggregate>(_ kind: Kind.Type, _ id: Kind.ID?, field: String) throws {
    guard let id else { return }
    guard try load(Kind.self, id).row != nil else { throw ReferenceRejection.invalid(FieldError(field, .unknown)) }
  }
}
