import Aggregates
import EventSourcing
import HTTPTypes
import JSON
import Postgres

/// Lists of contacts.
enum ContactListRoutes {
  /// How many contacts one command is about.
  private static let step = 500

  static let routes: [Route] = [
    .list(
      "/lists", "contactLists", "Lists of contacts, newest first", in: NoInput.self, access: ContactAccess.lists,
      from: { $0.reads.contacts }, ContactListResources.lists
    ) { _, _ in [] },
    .row(
      "/lists/{id}", "contactList", "A list of contacts", in: IDInput<ContactListID>.self, access: ContactAccess.lists,
      from: { $0.reads.contacts }, ContactListResources.oneList
    ) { input, _ in [.int64(input.id.rawValue)] },
    Route(
      .post, "/lists", "createContactList", "Makes a list of contacts", in: NewContactList.self, out: Schema.reference.asData, status: 201,
      access: ContactAccess.lists, idempotency: .optional, problems: [.alreadyTaken, .stateConflict], handler: create),
    Route(
      .put, "/lists/{id}", "replaceContactList", "Changes a list", in: ContactListChange.self, out: Schema.reference.asData,
      access: ContactAccess.lists, idempotency: .none, precondition: .ifMatch, problems: [.alreadyTaken, .stateConflict], handler: change),
    Route(
      .patch, "/lists/{id}", "changeContactList", "Changes fields of a list", in: ContactListChange.self, out: Schema.reference.asData,
      access: ContactAccess.lists, idempotency: .none, precondition: .ifMatch, problems: [.alreadyTaken, .stateConflict], handler: change),
    Route(
      .delete, "/lists/{id}", "archiveContactList", "Archives a list; it stays readable and its name taken",
      in: IDInput<ContactListID>.self, out: nil, status: 204, access: ContactAccess.lists, idempotency: .none, precondition: .ifMatch,
      problems: []
    ) { input, call in
      let command = ArchiveContactList(listID: input.id, archivedBy: call.user.userID)
      return .command(try await call.execute(command, ifMatch: ContactList.self, input.id))
    },
    .list(
      "/lists/{id}/contacts", "contactsOfList", "Contacts on a list, newest first", in: IDInput<ContactListID>.self,
      access: ContactAccess.lists, from: { $0.reads.contacts }, ContactResources.ofList
    ) { input, _ in [.int64(input.id.rawValue)] },
    Route(
      .post, "/lists/{id}/contacts", "addToContactList", "Puts contacts on a static list", in: ContactIDsInput.self,
      out: ContactRoutes.affected.asData, access: ContactAccess.lists, idempotency: .optional,
      problems: [.unknownReference, .stateConflict]
    ) { input, call in
      let first = LinkID(try await call.nextID("contact_list_contact", count: input.contactIDs.count))
      return .affected(
        try await call.execute(
          AddToContactList(
            listID: ContactListID(input.id), contactIDs: input.contactIDs, firstMembership: first, addedBy: call.user.userID)))
    },
    Route(
      .delete, "/lists/{id}/contacts", "removeFromContactList", "Takes contacts from a static list", in: ContactIDsInput.self,
      out: ContactRoutes.affected.asData, access: ContactAccess.lists, idempotency: .none, problems: [.unknownReference, .stateConflict]
    ) { input, call in
      .affected(try await call.execute(RemoveFromContactList(listID: ContactListID(input.id), contactIDs: input.contactIDs)))
    },
    Route(
      .post, "/lists/{id}/sync", "syncContactList", "Makes the members of a dynamic list those that fit its criteria",
      in: IDInput<ContactListID>.self, out: synced.asData, access: ContactAccess.lists, idempotency: .none, problems: [.stateConflict],
      handler: sync),
    Route(
      .post, "/lists/{id}/duplicate", "duplicateContactList", "Makes a list like another, with or without who is on it",
      in: ContactListDuplicate.self, out: Schema.reference.asData, status: 201, access: ContactAccess.lists, idempotency: .optional,
      problems: [.alreadyTaken], handler: duplicate),
    .row(
      "/lists/{id}/stats", "contactListStatistics", "Figures about who is on a list", in: IDInput<ContactListID>.self,
      access: ContactAccess.lists, from: { $0.reads.contacts }, ContactListResources.listFigures
    ) { input, _ in [.int64(input.id.rawValue)] },
  ]

  private static let synced = Schema.object(
    "ContactListSync", ["id": .id, "contact_count": .integer, "added": .integer, "removed": .integer])

  @Sendable private static func create(_ input: NewContactList, _ call: Call) async throws -> Reply {
    let id = ContactListID(try await call.nextID("contact_list"))
    let outcome = try await call.execute(CreateContactList(listID: id, definition: input.definition, createdBy: call.user.userID))
    let made = outcome.answer?.id ?? id
    return .reference(outcome, made, location: location(made))
  }

  @Sendable private static func change(_ input: ContactListChange, _ call: Call) async throws -> Reply {
    let command = ChangeContactList(listID: input.id, status: input.status, updatedBy: call.user.userID) { input.apply(to: &$0) }
    return .reference(try await call.execute(command, ifMatch: ContactList.self, input.id), input.id)
  }

  /// In steps, each of which leaves the list true to its members; whoever is interrupted begins again.
  @Sendable private static func sync(_ input: IDInput<ContactListID>, _ call: Call) async throws -> Reply {
    let criteria = ContactCriteria(try await ContactStatements.criteria(of: input.id, call), after: [.int64(input.id.rawValue)])
    let (result, _) = try await call.services.reads.contacts.query(criteria.difference, criteria.parameters, call)
    var (added, removed) = (Int64(0), Int64(0))
    for chunk in try result[0].int64Array(2).map({ ContactID($0) }).chunks(of: step) {
      let outcome = try await call.executeStep(RemoveFromContactList(listID: input.id, contactIDs: chunk, isSync: true))
      removed += outcome.answer?.count ?? 0
    }
    for chunk in try result[0].int64Array(1).map({ ContactID($0) }).chunks(of: step) {
      added += try await add(chunk, to: input.id, isSync: true, call)
    }
    let outcome = try await call.execute(RecordContactListSync(listID: input.id, updatedBy: call.user.userID))
    return .command(outcome) { json in
      json.field("id", input.id)
      json.field("contact_count", outcome.answer?.count ?? 0)
      json.field("added", added)
      json.field("removed", removed)
    }
  }

  @Sendable private static func duplicate(_ input: ContactListDuplicate, _ call: Call) async throws -> Reply {
    let id = ContactListID(try await call.nextID("contact_list"))
    let command = DuplicateContactList(sourceID: input.id, listID: id, name: input.name, createdBy: call.user.userID)
    let outcome = try await call.execute(command)
    let made = outcome.answer?.id ?? id
    if input.copiesContacts {
      // Who joined a moment ago is copied, too.
      _ = try await call.services.reads.contacts.wait(for: call.services.log.head(), atMost: .seconds(2))
      var last: ContactID?
      repeat {
        let members = try await ContactStatements.members(of: input.id, after: last, call)
        last = members.last
        if !members.isEmpty { _ = try await add(members, to: made, isSync: outcome.answer?.isDynamic ?? false, call) }
      } while last != nil
    }
    return .reference(outcome, made, location: location(made))
  }

  private static func add(_ contacts: [ContactID], to list: ContactListID, isSync: Bool, _ call: Call) async throws -> Int64 {
    let first = LinkID(try await call.nextID("contact_list_contact", count: contacts.count))
    let command = AddToContactList(
      listID: list, contactIDs: contacts, firstMembership: first, addedBy: call.user.userID, isSync: isSync, needsContacts: false)
    return try await call.executeStep(command).answer?.count ?? 0
  }

  private static func location(_ id: ContactListID) -> String { "/api/v1/contacts/lists/\(id)" }
}
