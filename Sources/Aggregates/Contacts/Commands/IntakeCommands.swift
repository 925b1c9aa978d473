public import EventSourcing

/// Somebody signs up by the public form: a known address keeps what is known of it and gets what was missing; an unknown one becomes a
/// contact. Signing up again changes nothing.
public struct SignUpContact: Command {
  /// Whoever holds the claim on the address, else an id drawn before.
  public var contactID: ContactID
  public var content: ContactContent
  /// The claim on the address: `contact-email:` and its keyed hash.
  public var emailClaim: String
  public var newsletter: Bool
  public var marketing: Bool
  /// The account with the same address; nil for none.
  public var userID: UserID?

  public init(
    contactID: ContactID, content: ContactContent, emailClaim: String, newsletter: Bool, marketing: Bool, userID: UserID? = nil
  ) {
    self.contactID = contactID
    self.content = content
    self.emailClaim = emailClaim
    self.newsletter = newsletter
    self.marketing = marketing
    self.userID = userID
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    var changes = ContactChanges()
    if try session.load(Contact.self, contactID, isNew: true).existence == .present {
      // Anybody can name an address, so nothing that is known is written over.
      try ChangeContact(contactID: contactID) { [content] in $0.fill(from: content) }.apply(in: &session, &changes)
      if newsletter { try session.act(.subscribe(.newsletter), on: contactID, &changes) }
      if marketing { try session.act(.subscribe(.marketing), on: contactID, &changes) }
    } else {
      let subscriptions = ContactSubscriptions(newsletter: newsletter, marketing: marketing)
      try AddContact(
        contactID: contactID, content: content, emailClaim: emailClaim, source: .newsletterSignup, subscriptions: subscriptions,
        userID: userID
      ).add(in: &session, &changes)
    }
    try changes.finish(in: &session)
    return NoAnswer()
  }
}

/// Brings contacts from a file: known addresses get what the file says, unknown ones become contacts. All rows or none; importing them
/// again changes nothing.
public struct ImportContacts: Command {
  public struct Row: Hashable, Sendable {
    /// Whoever holds the claim on the address, else an id drawn before.
    public var contactID: ContactID
    public var content: ContactContent
    /// The claim on the address: `contact-email:` and its keyed hash.
    public var emailClaim: String
    /// The account with the same address; nil for none, and for a known contact.
    public var userID: UserID?

    public init(contactID: ContactID, content: ContactContent, emailClaim: String, userID: UserID? = nil) {
      self.contactID = contactID
      self.content = content
      self.emailClaim = emailClaim
      self.userID = userID
    }
  }

  /// Each contact once.
  public var rows: [Row]

  public init(rows: [Row]) {
    self.rows = rows
  }

  public func decide(in session: inout DecisionSession) throws -> Affected {
    try session.prepare(Contact.self, rows.map(\.contactID))
    var changes = ContactChanges()
    for row in rows {
      if try session.load(Contact.self, row.contactID).existence == .present {
        try ChangeContact(contactID: row.contactID) { [content = row.content] in
          var new = content
          (new.email, new.language) = ($0.email, $0.language)
          new.fill(from: $0)
          $0 = new
        }.apply(in: &session, &changes)
      } else {
        try AddContact(
          contactID: row.contactID, content: row.content, emailClaim: row.emailClaim, source: .import, userID: row.userID
        ).add(in: &session, &changes)
      }
    }
    try changes.finish(in: &session)
    return Affected(count: changes.changedCount)
  }
}

extension ContactContent {
  /// Takes from another content what this one lacks. Address and language stay.
  fileprivate mutating func fill(from other: ContactContent) {
    firstName = firstName ?? other.firstName
    lastName = lastName ?? other.lastName
    company = company ?? other.company
    phone = phone ?? other.phone
    country = country ?? other.country
    city = city ?? other.city
    birthDate = birthDate ?? other.birthDate
    gender = gender ?? other.gender
    customFields = customFields ?? other.customFields
    notes = notes ?? other.notes
  }
}
