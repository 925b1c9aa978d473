import Aggregates
import EventSourcing
import HTTPTypes
import JSON
import Postgres

/// Contacts, and what staff does with them.
enum ContactRoutes {
  static let group = RouteGroup(
    service: "contacts",
    routes: [HealthRoutes.route(of: "contacts", hasStatus: true) { $0.reads.contacts }] + contacts + ContactListRoutes.routes
      + ContactTagRoutes.routes + ContactFileRoutes.routes
      + PublicContactRoutes.routes)

  private static let contacts: [Route] = [
    .list(
      "/contacts", "contacts", "Contacts, newest first", in: NoInput.self, access: ContactAccess.view, from: { $0.reads.contacts },
      ContactResources.all
    ) { _, _ in [] },
    .row(
      "/contacts/{id}", "contact", "A contact", in: IDInput<ContactID>.self, access: ContactAccess.view, from: { $0.reads.contacts },
      ContactResources.one
    ) { input, _ in [.int64(input.id.rawValue)] },
    Route(
      .post, "/contacts", "addContact", "Adds a contact", in: NewContact.self, out: Schema.reference.asData, status: 201,
      access: ContactAccess.create, idempotency: .optional, problems: [.alreadyTaken, .unknownReference, .stateConflict], handler: add),
    Route(
      .put, "/contacts/{id}", "replaceContact", "Changes a contact", in: ContactChange.self, out: Schema.reference.asData,
      access: ContactAccess.update, idempotency: .none, precondition: .ifMatch,
      problems: [.alreadyTaken, .unknownReference, .stateConflict],
      handler: change),
    Route(
      .patch, "/contacts/{id}", "changeContact", "Changes fields of a contact", in: ContactChange.self, out: Schema.reference.asData,
      access: ContactAccess.update, idempotency: .none, precondition: .ifMatch,
      problems: [.alreadyTaken, .unknownReference, .stateConflict],
      handler: change),
    Route(
      .delete, "/contacts/{id}", "deleteContact", "Deletes a contact for good, and from all lists", in: IDInput<ContactID>.self, out: nil,
      status: 204, access: ContactAccess.delete, idempotency: .none, precondition: .ifMatch, problems: []
    ) { input, call in
      .command(try await call.execute(ActOnContact(contactID: input.id, .delete(reason: nil)), ifMatch: Contact.self, input.id))
    },
    Route(
      .post, "/contacts/{id}/subscribe", "subscribeContact", "Subscribes a contact to newsletter, marketing or text messages",
      in: SubscribeInput.self, out: Schema.reference.asData, access: ContactAccess.update, idempotency: .optional, problems: []
    ) { input, call in .reference(try await call.execute(ActOnContact(contactID: input.id, .subscribe(input.type))), input.id) },
    Route(
      .post, "/contacts/{id}/unsubscribe", "unsubscribeContact", "Ends one or all subscriptions of a contact", in: UnsubscribeInput.self,
      out: Schema.reference.asData, access: ContactAccess.update, idempotency: .optional, problems: []
    ) { input, call in .reference(try await call.execute(ActOnContact(contactID: input.id, .unsubscribe(input.type))), input.id) },
    Route(
      .post, "/contacts/{id}/engagement", "countEngagement", "Notes that a contact opened or clicked, or that a mail bounced",
      in: EngagementInput.self, out: Schema.reference.asData, access: ContactAccess.update, idempotency: .optional, problems: []
    ) { input, call in .reference(try await call.execute(ActOnContact(contactID: input.id, .count(input.engagement))), input.id) },
    Route(
      .post, "/contacts/bulk-action", "actOnContacts", "Does the same to several contacts, or to none", in: BulkActionInput.self,
      out: affected.asData, access: ContactAccess.update, idempotency: .optional, problems: [.unknownReference, .stateConflict]
    ) { input, call in
      if case .delete = input.action, try await !call.rights().may(DefaultPermission.contactsDelete.rawValue) { throw Problem(.forbidden) }
      return .affected(try await call.execute(ActOnContacts(contactIDs: input.contactIDs, input.action)))
    },
  ]

  /// How many rows a command changed.
  static let affected = Schema.object("Affected", ["affected": .integer])

  @Sendable private static func add(_ input: NewContact, _ call: Call) async throws -> Reply {
    let id = ContactID(try await call.nextID("contact"))
    let tags = try await ContactStatements.tagIDs(named: input.tags, call)
    let outcome = try await call.execute(
      AddContact(
        contactID: id, content: input.content, emailClaim: call.contactClaim(of: input.content.email), source: input.source,
        status: input.status, subscriptions: input.subscriptions, userID: try await call.userID(withEmail: input.content.email), tags: tags)
    )
    let made = outcome.answer?.id ?? id
    return .reference(outcome, made, location: "/api/v1/contacts/contacts/\(made)")
  }

  @Sendable private static func change(_ input: ContactChange, _ call: Call) async throws -> Reply {
    var tags: [ContactTagID]?
    if let names = input.tags { tags = try await ContactStatements.tagIDs(named: names, call) }
    let command = ChangeContact(
      contactID: input.id, emailClaim: input.email.map { call.contactClaim(of: $0) }, status: input.status, tags: tags
    ) { input.apply(to: &$0) }
    return .reference(try await call.execute(command, ifMatch: Contact.self, input.id), input.id)
  }
}

extension Call {
  /// The claim on a contact's address.
  func contactClaim(of email: String) -> String { services.emails.claim(of: email, among: "contact-email") }

  /// The contact with an address; nil when there is none.
  func contact(withClaim claim: String) async throws -> ContactID? {
    try await services.log.claimOwner(claim).flatMap { Int64($0.id) }.map { ContactID($0) }
  }

  /// The account with an address; nil when there is none, or a contact has it already.
  func userID(withEmail email: String) async throws -> UserID? {
    let owner = try await services.log.claimOwner(services.emails.claim(of: email))
    guard let user = owner.flatMap({ Int64($0.id) }).map({ UserID($0) }) else { return nil }
    return try await services.log.claimOwner(Contact.userClaim(user)) == nil ? user : nil
  }

  /// Carries out one of several commands that a request takes: it is not recognised by the client's key.
  func executeStep<C: Command>(_ command: C) async throws -> CommandOutcome<C.Answer> {
    try await services.executor.execute(command, id: CommandID(), idempotency: .derived, context: context)
  }
}

extension Reply {
  /// `{"data":{"affected":…}}`.
  static func affected(_ outcome: CommandOutcome<Affected>) -> Reply {
    .command(outcome) { $0.field("affected", outcome.answer?.count ?? 0) }
  }
}
