public import EventSourcing

/// Notes a contact; imported ones (by their id) too. Adding the same id again changes nothing.
public struct AddContact: Command {
  /// Drawn before.
  public var contactID: ContactID
  public var content: ContactContent
  /// The claim on the address: `contact-email:` and its keyed hash.
  public var emailClaim: String
  public var source: ContactSource
  public var status: ContactStatus
  public var subscriptions: ContactSubscriptions
  /// The account with the same address; nil for none.
  public var userID: UserID?
  /// Must exist.
  public var tags: [ContactTagID]
  /// When it became known; the time of the command when nil.
  public var addedAt: Timestamp?
  /// Since when it gets newsletter or marketing; the time of the command when nil.
  public var subscribedAt: Timestamp?

  public init(
    contactID: ContactID, content: ContactContent, emailClaim: String, source: ContactSource = .manual, status: ContactStatus = .active,
    subscriptions: ContactSubscriptions = ContactSubscriptions(), userID: UserID? = nil, tags: [ContactTagID] = [],
    addedAt: Timestamp? = nil, subscribedAt: Timestamp? = nil
  ) {
    self.contactID = contactID
    self.content = content
    self.emailClaim = emailClaim
    self.source = source
    self.status = status
    self.subscriptions = subscriptions
    self.userID = userID
    self.tags = tags
    self.addedAt = addedAt
    self.subscribedAt = subscribedAt
  }

  public func decide(in session: inout DecisionSession) throws -> Created<ContactID> {
    var changes = ContactChanges()
    try add(in: &session, &changes)
    try changes.finish(in: &session)
    return Created(contactID)
  }

  func add(in session: inout DecisionSession, _ changes: inout ContactChanges) throws {
    let state = try session.load(Contact.self, contactID, isNew: true)
    if state.existence == .present, state.content == content { return }
    guard state.existence == .missing else { throw ContactRejection.alreadyExists(contactID) }
    do {
      try content.check()
    } catch {
      throw ContactRejection.invalid(error)
    }
    let isSubscribed = subscriptions.newsletter || subscriptions.marketing
    let added = ContactAdded(
      contactID: contactID, source: source, status: status, userID: userID, emailClaim: emailClaim, subscriptions: subscriptions,
      subscribedAt: isSubscribed ? subscribedAt ?? session.now : nil, personal: content)
    try changes.record([.contactAdded(added)], on: contactID, in: &session, occurredAt: addedAt)
    for tag in tags {
      let name = try session.tagName(tag, field: "tags")
      let events = try Contact.decide(.tag(tag), contactID, tagName: name, now: session.now, session.load(Contact.self, contactID))
      try changes.record(events, on: contactID, in: &session)
    }
    session.claim(emailClaim, for: Contact.stream(contactID))
    if let userID { session.claim(Contact.userClaim(userID), for: Contact.stream(contactID)) }
  }
}

/// Notes a contact of another system: `AddContact` under an imported id. No subscription to the newsletter follows from it.
public typealias ImportContact = AddContact

/// Gives a contact new content, whole or in part, another status, or other tags.
public struct ChangeContact: Command {
  public var contactID: ContactID
  /// The claim on the address after the change; nil when the change leaves it.
  public var emailClaim: String?
  public var status: ContactStatus?
  /// All that he is to carry; nil leaves them.
  public var tags: [ContactTagID]?
  /// What is to become of the content; may run several times.
  public var change: @Sendable (inout ContactContent) -> Void

  public init(
    contactID: ContactID, emailClaim: String? = nil, status: ContactStatus? = nil, tags: [ContactTagID]? = nil,
    change: @escaping @Sendable (inout ContactContent) -> Void
  ) {
    self.contactID = contactID
    self.emailClaim = emailClaim
    self.status = status
    self.tags = tags
    self.change = change
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    var changes = ContactChanges()
    try apply(in: &session, &changes)
    try changes.finish(in: &session)
    return NoAnswer()
  }

  func apply(in session: inout DecisionSession, _ changes: inout ContactChanges) throws {
    let state = try session.load(Contact.self, contactID)
    guard var content = state.content else { throw ContactRejection.notFound(contactID) }
    change(&content)
    let claim = emailClaim ?? state.emailClaim
    try changes.record(Contact.change(contactID, to: content, claim: claim, state), on: contactID, in: &session)
    if claim != state.emailClaim {
      session.claim(claim, for: Contact.stream(contactID))
      session.release(state.emailClaim, from: Contact.stream(contactID))
    }
    var actions: [ContactAction] = status.map { [.move($0)] } ?? []
    if let tags {
      actions += state.tags.map(\.id).filter { !tags.contains($0) }.map { .untag($0) }
      actions += tags.map { .tag($0) }
    }
    for action in actions { try session.act(action, on: contactID, &changes) }
  }
}

/// Does one thing to one contact. Doing it again changes nothing, unless it counts.
public struct ActOnContact: Command {
  public var contactID: ContactID
  public var action: ContactAction

  public init(contactID: ContactID, _ action: ContactAction) {
    self.contactID = contactID
    self.action = action
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    var changes = ContactChanges()
    try session.act(action, on: contactID, &changes)
    try changes.finish(in: &session)
    return NoAnswer()
  }
}

/// Does the same to several contacts, all or none of it. Unknown ones are passed over, as long as one is known.
public struct ActOnContacts: Command {
  public var contactIDs: [ContactID]
  public var action: ContactAction

  public init(contactIDs: [ContactID], _ action: ContactAction) {
    self.contactIDs = contactIDs
    self.action = action
  }

  public func decide(in session: inout DecisionSession) throws -> Affected {
    var changes = ContactChanges()
    for id in try session.known(contactIDs) { try session.act(action, on: id, &changes) }
    try changes.finish(in: &session)
    return Affected(count: changes.changedCount)
  }
}

extension DecisionSession {
  /// Does one thing to a contact.
  mutating func act(_ action: ContactAction, on id: ContactID, _ changes: inout ContactChanges) throws {
    let state = try load(Contact.self, id)
    let name: String? = if case .tag(let tag) = action { try tagName(tag, field: "tag_id") } else { nil }
    let events = try Contact.decide(action, id, tagName: name, now: now, state)
    try changes.record(events, on: id, in: &self)
    if case .delete = action, !events.isEmpty {
      release(state.emailClaim, from: Contact.stream(id))
      if let user = state.userID { release(Contact.userClaim(user), from: Contact.stream(id)) }
    }
  }

  /// The contacts among these that are there, each once.
  /// - Throws: `ContactRejection.invalid` when there is none and one is needed.
  mutating func known(_ ids: [ContactID], atLeastOne: Bool = true) throws -> [ContactID] {
    var seen: Set<ContactID> = []
    let unique = ids.filter { seen.insert($0).inserted }
    try prepare(Contact.self, unique)
    var known: [ContactID] = []
    for id in unique where try load(Contact.self, id).existence == .present { known.append(id) }
    guard !known.isEmpty || !atLeastOne else { throw ContactRejection.invalid(FieldError("contact_ids", .unknown)) }
    return known
  }
}
