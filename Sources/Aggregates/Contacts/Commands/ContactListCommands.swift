public import EventSourcing
public import JSON

/// Makes a list. Making the same one again changes nothing.
public struct CreateContactList: Command {
  /// Drawn before.
  public var listID: ContactListID
  public var definition: ContactListDefinition
  /// Nil for the system.
  public var createdBy: UserID?

  public init(listID: ContactListID, definition: ContactListDefinition, createdBy: UserID?) {
    self.listID = listID
    self.definition = definition
    self.createdBy = createdBy
  }

  public func decide(in session: inout DecisionSession) throws -> Created<ContactListID> {
    let events = try ContactList.decide(self, session.load(ContactList.self, listID, isNew: true))
    try session.record(events, on: ContactList.self, listID)
    if !events.isEmpty { session.claim(definition.claim, for: ContactList.stream(listID)) }
    try session.restartIdleTime(of: listID)
    return Created(listID)
  }
}

/// Gives a list another definition, whole or in part, or another status. Changing nothing writes nothing.
public struct ChangeContactList: Command {
  public var listID: ContactListID
  public var status: ContactListStatus?
  /// Nil for the system.
  public var updatedBy: UserID?
  /// What is to become of the definition; may run several times. Static and dynamic lists stay what they are.
  public var change: @Sendable (inout ContactListDefinition) -> Void

  public init(
    listID: ContactListID, status: ContactListStatus? = nil, updatedBy: UserID?,
    change: @escaping @Sendable (inout ContactListDefinition) -> Void
  ) {
    self.listID = listID
    self.status = status
    self.updatedBy = updatedBy
    self.change = change
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(ContactList.self, listID)
    let old = try ContactList.existing(listID, state)
    var wanted = old
    change(&wanted)
    try session.record(ContactList.decide(self, wanted, state), on: ContactList.self, listID)
    if wanted.claim != old.claim {
      session.claim(wanted.claim, for: ContactList.stream(listID))
      session.release(old.claim, from: ContactList.stream(listID))
    }
    try session.restartIdleTime(of: listID)
    return NoAnswer()
  }
}

/// Archives a list for good: nobody joins or leaves it any more, and its name stays taken. Doing it again changes nothing.
public struct ArchiveContactList: Command {
  public var listID: ContactListID
  /// Nil for the system.
  public var archivedBy: UserID?

  public init(listID: ContactListID, archivedBy: UserID?) {
    self.listID = listID
    self.archivedBy = archivedBy
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(ContactList.self, listID)
    let name = try ContactList.existing(listID, state).name
    try session.record(ContactList.move(listID, to: .archived, by: archivedBy, named: name, state), on: ContactList.self, listID)
    try session.restartIdleTime(of: listID)
    return NoAnswer()
  }
}

/// Puts contacts on a list, all or none of them; those that are on it stay as they are. Unknown ones are passed over, as long as one is known.
public struct AddToContactList: Command {
  public var listID: ContactListID
  public var contactIDs: [ContactID]
  /// The first of as many ids as there are contacts: for the places of those who were never on the list.
  public var firstMembership: LinkID
  /// Nil for the system.
  public var addedBy: UserID?
  /// Whether the criteria of a dynamic list ask for it, and not a person.
  public var isSync: Bool
  /// Whether it is refused when none of the contacts is known; false where those that were found may be gone since.
  public var needsContacts: Bool

  public init(
    listID: ContactListID, contactIDs: [ContactID], firstMembership: LinkID, addedBy: UserID?, isSync: Bool = false,
    needsContacts: Bool = true
  ) {
    self.listID = listID
    self.contactIDs = contactIDs
    self.firstMembership = firstMembership
    self.addedBy = addedBy
    self.isSync = isSync
    self.needsContacts = needsContacts
  }

  public func decide(in session: inout DecisionSession) throws -> Affected {
    let list = try ContactList.open(listID, sync: isSync, session.load(ContactList.self, listID))
    var changes = ContactChanges()
    for (index, id) in try session.known(contactIDs, atLeastOne: needsContacts).enumerated() {
      let fresh = LinkID(firstMembership.rawValue + Int64(index))
      let events = Contact.join(listID, named: list.name, id, fresh: fresh, by: addedBy, try session.load(Contact.self, id))
      try changes.record(events, on: id, in: &session)
    }
    try changes.finish(in: &session)
    try session.restartIdleTime(of: listID)
    return Affected(count: changes.changedCount)
  }
}

/// Takes contacts from a list; their places on it are kept. Unknown ones are passed over, as long as one is known.
public struct RemoveFromContactList: Command {
  public var listID: ContactListID
  public var contactIDs: [ContactID]
  /// Whether the criteria of a dynamic list ask for it, and not a person.
  public var isSync: Bool

  public init(listID: ContactListID, contactIDs: [ContactID], isSync: Bool = false) {
    self.listID = listID
    self.contactIDs = contactIDs
    self.isSync = isSync
  }

  public func decide(in session: inout DecisionSession) throws -> Affected {
    let list = try ContactList.open(listID, sync: isSync, session.load(ContactList.self, listID))
    var changes = ContactChanges()
    for id in try session.known(contactIDs, atLeastOne: !isSync) {
      try changes.record(Contact.leave(listID, named: list.name, id, session.load(Contact.self, id)), on: id, in: &session)
    }
    try changes.finish(in: &session)
    try session.restartIdleTime(of: listID)
    return Affected(count: changes.changedCount)
  }
}

/// Makes a list like another, under another name, with nobody on it yet.
public struct DuplicateContactList: Command {
  public var sourceID: ContactListID
  /// Drawn before.
  public var listID: ContactListID
  public var name: String
  public var createdBy: UserID?

  public init(sourceID: ContactListID, listID: ContactListID, name: String, createdBy: UserID?) {
    self.sourceID = sourceID
    self.listID = listID
    self.name = name
    self.createdBy = createdBy
  }

  public struct Answer: JSONCodable, Hashable {
    public var id: ContactListID
    /// Whether criteria decide who is on it.
    public var isDynamic: Bool

    init(id: ContactListID, isDynamic: Bool) {
      self.id = id
      self.isDynamic = isDynamic
    }

    public init(from json: inout JSONObjectReader) throws {
      id = try json.id("id")
      isDynamic = try json.bool("is_dynamic")
    }

    public func encode(to json: inout JSONWriter) {
      json.field("id", id)
      json.field("is_dynamic", isDynamic)
    }
  }

  public func decide(in session: inout DecisionSession) throws -> Answer {
    var definition = try ContactList.existing(sourceID, session.load(ContactList.self, sourceID))
    definition.name = name
    _ = try CreateContactList(listID: listID, definition: definition, createdBy: createdBy).decide(in: &session)
    return Answer(id: listID, isDynamic: definition.isDynamic)
  }
}

/// Notes that a dynamic list has the members its criteria ask for.
public struct RecordContactListSync: Command {
  public var listID: ContactListID
  /// Nil for the system.
  public var updatedBy: UserID?

  public init(listID: ContactListID, updatedBy: UserID?) {
    self.listID = listID
    self.updatedBy = updatedBy
  }

  public func decide(in session: inout DecisionSession) throws -> Affected {
    let state = try session.load(ContactList.self, listID)
    let list = try ContactList.open(listID, sync: true, state)
    let synced = ContactListSynced(
      listID: listID, name: list.name, listType: list.type, contactCount: state.contactCount, updatedBy: updatedBy)
    try session.record([.contactListSynced(synced)], on: ContactList.self, listID)
    try session.restartIdleTime(of: listID)
    return Affected(count: state.contactCount)
  }
}
