public import EventSourcing

/// Notes an address of a user; imported ones (by their id) too. Adding the same id again changes nothing.
public struct AddAddress: Command {
  public var userID: UserID
  /// Drawn before.
  public var addressID: AddressID
  public var content: AddressContent
  /// Whether it becomes the default in place of another.
  public var isDefault: Bool
  /// When it was noted, for imports; nil for now.
  public var addedAt: Timestamp?

  public init(userID: UserID, addressID: AddressID, content: AddressContent, isDefault: Bool = false, addedAt: Timestamp? = nil) {
    self.userID = userID
    self.addressID = addressID
    self.content = content
    self.isDefault = isDefault
    self.addedAt = addedAt
  }

  public func decide(in session: inout DecisionSession) throws -> Created<AddressID> {
    let state = try session.load(AddressBook.self, userID, isNew: addressID.isImported)
    let events = try AddressBook.decide(self, session.place(of: content), state)
    try session.record(events, on: AddressBook.self, userID, occurredAt: addedAt)
    return Created(addressID)
  }
}

/// Notes an address from another system: `AddAddress` under an imported id.
public typealias ImportAddress = AddAddress

/// Gives an address new content, whole or in part.
public struct ChangeAddress: Command {
  public var userID: UserID
  public var addressID: AddressID
  /// What is to become of the content; may run several times.
  public var change: @Sendable (inout AddressContent) -> Void
  /// True makes it the default, false takes that from it, nil leaves it.
  public var isDefault: Bool?

  public init(
    userID: UserID, addressID: AddressID, isDefault: Bool? = nil, change: @escaping @Sendable (inout AddressContent) -> Void
  ) {
    self.userID = userID
    self.addressID = addressID
    self.isDefault = isDefault
    self.change = change
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(AddressBook.self, userID)
    let old = try AddressBook.content(of: addressID, state)
    var content = old
    change(&content)
    // A country that was closed since does not keep anybody from correcting his street.
    let hasMoved = content.countryID != old.countryID || content.regionID != old.regionID
    let place = hasMoved ? try session.place(of: content) : nil
    try session.record(AddressBook.decide(self, content, place, state), on: AddressBook.self, userID)
    return NoAnswer()
  }
}

/// Deletes an address of a user.
public struct DeleteAddress: Command {
  public var userID: UserID
  public var addressID: AddressID

  public init(userID: UserID, addressID: AddressID) {
    self.userID = userID
    self.addressID = addressID
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(AddressBook.self, userID)
    try session.record(AddressBook.decide(self, state), on: AddressBook.self, userID)
    return NoAnswer()
  }
}

/// Deletes all addresses of a user. Doing it again changes nothing.
public struct DeleteAddresses: Command {
  public var userID: UserID

  public init(userID: UserID) {
    self.userID = userID
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    for address in try session.load(AddressBook.self, userID).addresses.keys.sorted() {
      _ = try DeleteAddress(userID: userID, addressID: address).decide(in: &session)
    }
    return NoAnswer()
  }
}

/// Makes an address the user's default. Doing it again changes nothing.
public struct SetDefaultAddress: Command {
  public var userID: UserID
  public var addressID: AddressID

  public init(userID: UserID, addressID: AddressID) {
    self.userID = userID
    self.addressID = addressID
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(AddressBook.self, userID)
    try session.record(AddressBook.decide(self, state), on: AddressBook.self, userID)
    return NoAnswer()
  }
}

extension DecisionSession {
  /// What is known of the country and region that an address names.
  fileprivate mutating func place(of content: AddressContent) throws -> AddressBook.Place {
    AddressBook.Place(
      country: try load(Country.self, content.countryID), region: try content.regionID.map { try load(Region.self, $0) })
  }
}
