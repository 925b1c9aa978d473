public import EventSourcing

/// A user's addresses (stream `addressbook-<user id>`): one stream decides that at most one is the default, and that nobody
/// changes another's.
public enum AddressBook: Aggregate {
  public typealias Event = AddressBookEvent
  public static let category = "addressbook"
  public static let initialState = State()
  /// How many addresses a user may have.
  public static let maximumCount = 100

  public struct State: Hashable, Sendable {
    /// What each address says; an entry without content is one whose owner was forgotten.
    public var addresses: [AddressID: AddressContent?] = [:]
    public var defaultID: AddressID?
  }

  public static func evolve(_ state: inout State, _ event: AddressBookEvent) {
    switch event {
    case .addressAdded(let event): state.addresses[event.addressID] = .some(event.content)
    case .addressChanged(let event): state.addresses[event.addressID] = .some(event.content)
    case .addressDeleted(let event):
      state.addresses[event.addressID] = nil
      if state.defaultID == event.addressID { state.defaultID = nil }
    case .defaultAddressChanged(let event): state.defaultID = event.newDefaultID
    }
  }

  /// Where an address is to lie: what is known of its country and region.
  public struct Place: Hashable, Sendable {
    public var country: ReferenceState<Country.Row>
    /// Nil when the address names none.
    public var region: ReferenceState<Region.Row>?

    public init(country: ReferenceState<Country.Row>, region: ReferenceState<Region.Row>?) {
      self.country = country
      self.region = region
    }
  }

  // MARK: Decisions

  /// Notes an address. The first one is not the default by that alone.
  public static func decide(_ command: AddAddress, _ place: Place, _ state: State) throws(AddressRejection) -> [Event] {
    guard state.addresses[command.addressID] == nil else { return [] }
    guard state.addresses.count < maximumCount else { throw .tooMany(maximum: maximumCount) }
    try check(command.content, place)
    return [.addressAdded(AddressAdded(command.addressID, of: command.userID, command.content, imported: command.addressID.isImported))]
      + (command.isDefault ? defaultChange(to: command.addressID, of: command.userID, state) : [])
  }

  /// Gives an address new content, and makes it the default or no longer the default.
  /// - Parameters:
  ///   - content: the content after the change.
  ///   - place: nil when the address stays in its country and region.
  public static func decide(
    _ command: ChangeAddress, _ content: AddressContent, _ place: Place?, _ state: State
  ) throws(AddressRejection) -> [Event] {
    let old = try self.content(of: command.addressID, state)
    var events: [Event] = []
    if content != old {
      try check(content, place)
      events.append(.addressChanged(AddressChanged(command.addressID, of: command.userID, content)))
    }
    switch command.isDefault {
    case true?: events += defaultChange(to: command.addressID, of: command.userID, state)
    case false? where state.defaultID == command.addressID: events += defaultChange(to: nil, of: command.userID, state)
    default: break
    }
    return events
  }

  /// Deletes an address. No other one becomes the default.
  public static func decide(_ command: DeleteAddress, _ state: State) throws(AddressRejection) -> [Event] {
    guard let content = state.addresses[command.addressID] else { throw .notFound(command.addressID) }
    // The default goes first, while there is still a row to change.
    return (state.defaultID == command.addressID ? defaultChange(to: nil, of: command.userID, state) : []) + [
      .addressDeleted(
        AddressDeleted(addressID: command.addressID, userID: command.userID, addressType: content?.addressType ?? .both))
    ]
  }

  /// Makes an address the default in place of another.
  public static func decide(_ command: SetDefaultAddress, _ state: State) throws(AddressRejection) -> [Event] {
    guard state.addresses[command.addressID] != nil else { throw .notFound(command.addressID) }
    return defaultChange(to: command.addressID, of: command.userID, state)
  }

  /// The present content of an address.
  static func content(of addressID: AddressID, _ state: State) throws(AddressRejection) -> AddressContent {
    guard case .some(.some(let content)) = state.addresses[addressID] else { throw .notFound(addressID) }
    return content
  }

  private static func defaultChange(to addressID: AddressID?, of userID: UserID, _ state: State) -> [Event] {
    guard state.defaultID != addressID else { return [] }
    return [
      .defaultAddressChanged(DefaultAddressChanged(userID: userID, previousDefaultID: state.defaultID, newDefaultID: addressID))
    ]
  }

  private static func check(_ content: AddressContent, _ place: Place?) throws(AddressRejection) {
    do {
      try content.check()
    } catch {
      throw .invalid(error)
    }
    guard let place else { return }
    guard place.country.row?.isActive ?? false else { throw .invalid(FieldError("country_id", .unknown)) }
    guard let region = place.region else { return }
    guard let row = region.row, row.isActive, row.countryID == content.countryID else {
      throw .invalid(FieldError("region_id", .unknown))
    }
  }
}

/// Why a command on a user's addresses is refused.
public enum AddressRejection: Rejection, Hashable {
  /// A field breaks a rule, or names a country or region that may not be chosen.
  case invalid(FieldError)
  /// The user has no such address; somebody else may.
  case notFound(AddressID)
  /// The user has as many addresses as one may have.
  case tooMany(maximum: Int)
}
