import Aggregates
import EventSourcing
import HTTPTypes
import JSON
import Postgres

/// Tags that contacts carry.
enum ContactTagRoutes {
  static let routes: [Route] = [
    .list(
      "/tags", "contactTags", "Tags by name", in: NoInput.self, access: ContactAccess.tags, from: { $0.reads.contacts },
      ContactListResources.tags
    ) { _, _ in [] },
    .whole(
      "/tags/popular", "popularContactTags", "The ten tags that most contacts carry", in: NoInput.self, access: ContactAccess.view,
      from: { $0.reads.contacts }, ContactListResources.popularTags
    ) { _, _ in [] },
    .row(
      "/tags/{id}", "contactTag", "A tag", in: IDInput<ContactTagID>.self, access: ContactAccess.tags, from: { $0.reads.contacts },
      ContactListResources.oneTag
    ) { input, _ in [.int64(input.id.rawValue)] },
    Route(
      .post, "/tags", "addContactTag", "Adds a tag", in: NewContactTag.self, out: Schema.reference.asData, status: 201,
      access: ContactAccess.tags, idempotency: .optional, problems: [.alreadyTaken, .stateConflict], handler: add),
    Route(
      .put, "/tags/{id}", "replaceContactTag", "Changes a tag, on all contacts that carry it", in: ContactTagChange.self,
      out: Schema.reference.asData, access: ContactAccess.tags, idempotency: .none, precondition: .ifMatch,
      problems: [.alreadyTaken, .inUse, .protected], handler: change),
    Route(
      .patch, "/tags/{id}", "changeContactTag", "Changes fields of a tag, on all contacts that carry it", in: ContactTagChange.self,
      out: Schema.reference.asData, access: ContactAccess.tags, idempotency: .none, precondition: .ifMatch,
      problems: [.alreadyTaken, .inUse, .protected], handler: change),
    Route(
      .delete, "/tags/{id}", "removeContactTag", "Removes a tag, and takes it off all contacts", in: IDInput<ContactTagID>.self, out: nil,
      status: 204, access: ContactAccess.tags, idempotency: .none, precondition: .ifMatch, problems: [.protected]
    ) { input, call in
      let command = RemoveContactTag(tagID: input.id)
      let first = try await call.execute(command, ifMatch: ContactTag.self, input.id)
      return .command(try await finish(command, first, call))
    },
    .list(
      "/tags/{id}/contacts", "contactsOfTag", "Contacts that carry a tag, newest first", in: IDInput<ContactTagID>.self,
      access: ContactAccess.view, from: { $0.reads.contacts }, ContactResources.ofTag
    ) { input, _ in [.int64(input.id.rawValue)] },
    .row(
      "/tags/{id}/stats", "contactTagStatistics", "Figures about who carries a tag", in: IDInput<ContactTagID>.self,
      access: ContactAccess.view, from: { $0.reads.contacts }, ContactListResources.tagFigures
    ) { input, _ in [.int64(input.id.rawValue)] },
    Route(
      .post, "/tags/{id}/apply", "applyContactTag", "Puts a tag on contacts", in: ContactIDsInput.self,
      out: ContactRoutes.affected.asData, access: ContactAccess.tags, idempotency: .optional, problems: [.unknownReference]
    ) { input, call in
      try await known(input, call)
      return .affected(try await call.execute(ActOnContacts(contactIDs: input.contactIDs, .tag(ContactTagID(input.id)))))
    },
    Route(
      .delete, "/tags/{id}/remove", "takeOffContactTag", "Takes a tag off contacts", in: ContactIDsInput.self,
      out: ContactRoutes.affected.asData, access: ContactAccess.tags, idempotency: .none, problems: [.unknownReference]
    ) { input, call in
      try await known(input, call)
      return .affected(try await call.execute(ActOnContacts(contactIDs: input.contactIDs, .untag(ContactTagID(input.id)))))
    },
    Route(
      .post, "/tags/{id}/merge", "mergeContactTags", "Puts another tag in the place of one, and removes that", in: ContactTagMerge.self,
      out: Schema.reference.asData, access: ContactAccess.tags, idempotency: .none, problems: [.unknownReference, .protected]
    ) { input, call in
      let command = RemoveContactTag(tagID: input.id, replacement: input.target)
      return .reference(try await finish(command, call.executeStep(command), call), input.target)
    },
  ]

  @Sendable private static func add(_ input: NewContactTag, _ call: Call) async throws -> Reply {
    let id = ContactTagID(try await call.nextID("contact_tag"))
    let outcome = try await call.execute(AddContactTag(id: id, row: input.row))
    let made = outcome.answer?.id ?? id
    return .reference(outcome, made, location: "/api/v1/contacts/tags/\(made)")
  }

  @Sendable private static func change(_ input: ContactTagChange, _ call: Call) async throws -> Reply {
    let command = ChangeContactTag(tagID: input.id) { input.apply(to: &$0) }
    return .reference(try await call.execute(command, ifMatch: ContactTag.self, input.id), input.id)
  }

  /// Goes on until nobody carries the tag any more. Whoever is interrupted sends the request again.
  private static func finish(
    _ command: RemoveContactTag, _ first: CommandOutcome<StepAnswer>, _ call: Call
  ) async throws -> CommandOutcome<StepAnswer> {
    var outcome = first
    while outcome.answer?.isDone != true { outcome = try await call.executeStep(command) }
    return outcome
  }

  /// A tag in a path that is not there is no wrong field.
  private static func known(_ input: ContactIDsInput, _ call: Call) async throws {
    guard try await !call.services.log.readStream(ContactTag.stream(input.id), after: .none, limit: 1).isEmpty else {
      throw Problem(.notFound)
    }
  }
}
