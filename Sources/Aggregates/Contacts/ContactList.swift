public import EventSourcing

/// A list of contacts (stream `contactlist-<id>`): what it is called and how many active contacts are on it.
public enum ContactList: Aggregate {
  public typealias Event = ContactListEvent
  public static let category = "contactlist"
  public static let initialState = State()

  public struct State: Hashable, Sendable {
    /// Nil for a list that never was.
    public var definition: ContactListDefinition?
    public var status = ContactListStatus.active
    public var contactCount: Int64 = 0
  }

  public static func evolve(_ state: inout State, _ event: ContactListEvent) {
    switch event {
    case .contactListCreated(let event): state.definition = event.definition
    case .contactListChanged(let event): state.definition = event.definition
    case .contactListStatusChanged(let event): state.status = event.status
    case .contactListRecounted(let event): state.contactCount = event.contactCount
    case .contactListSynced: break
    }
  }

  // MARK: Decisions

  /// Makes a list. Making the same one again changes nothing.
  static func decide(_ command: CreateContactList, _ state: State) throws(ContactListRejection) -> [Event] {
    guard state.definition != command.definition else { return [] }
    guard state.definition == nil else { throw .alreadyExists(command.listID) }
    try check(command.definition)
    return [
      .contactListCreated(
        ContactListCreated(listID: command.listID, definition: command.definition, createdBy: command.createdBy))
    ]
  }

  /// Gives a list another definition, or another status.
  static func decide(
    _ command: ChangeContactList, _ wanted: ContactListDefinition, _ state: State
  ) throws(ContactListRejection) -> [Event] {
    let old = try existing(command.listID, state)
    var events: [Event] = []
    if wanted != old {
      guard state.status != .archived else { throw .wrongStatus(current: state.status, allowed: state.status.next) }
      guard wanted.isDynamic == old.isDynamic else { throw .invalid(FieldError("is_dynamic", .unknown)) }
      try check(wanted)
      events.append(
        .contactListChanged(ContactListChanged(listID: command.listID, definition: wanted, updatedBy: command.updatedBy)))
    }
    if let status = command.status { events += try move(command.listID, to: status, by: command.updatedBy, named: wanted.name, state) }
    return events
  }

  /// Moves a list to another status; nothing happens when it is there.
  static func move(
    _ id: ContactListID, to status: ContactListStatus, by user: UserID?, named name: String, _ state: State
  ) throws(ContactListRejection) -> [Event] {
    guard status != state.status else { return [] }
    guard state.status.next.contains(status) else { throw .wrongStatus(current: state.status, allowed: state.status.next) }
    return [
      .contactListStatusChanged(
        ContactListStatusChanged(listID: id, name: name, previousStatus: state.status, status: status, updatedBy: user))
    ]
  }

  /// The list as it may take and lose members.
  /// - Parameter sync: whether its criteria ask, and not a person.
  static func open(_ id: ContactListID, sync: Bool, _ state: State) throws(ContactListRejection) -> ContactListDefinition {
    let definition = try existing(id, state)
    guard state.status != .archived else { throw .wrongStatus(current: state.status, allowed: state.status.next) }
    guard definition.isDynamic == sync else { throw definition.isDynamic ? .isDynamic : .isStatic }
    return definition
  }

  static func existing(_ id: ContactListID, _ state: State) throws(ContactListRejection) -> ContactListDefinition {
    guard let definition = state.definition else { throw .notFound(id) }
    return definition
  }

  private static func check(_ definition: ContactListDefinition) throws(ContactListRejection) {
    do {
      try definition.check()
    } catch {
      throw .invalid(error)
    }
  }
}

/// Why a command on a list is refused. That a name is taken shows in its claim, not here.
public enum ContactListRejection: Rejection, Hashable {
  /// A field breaks a rule, or cannot be changed.
  case invalid(FieldError)
  case notFound(ContactListID)
  /// The id has another list.
  case alreadyExists(ContactListID)
  /// The list's status does not allow it.
  case wrongStatus(current: ContactListStatus, allowed: [ContactListStatus])
  /// The criteria of the list decide who is on it, not people.
  case isDynamic
  /// The list has no criteria to go by.
  case isStatic
}
