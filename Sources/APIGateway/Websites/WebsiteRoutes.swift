import Aggregates
import EventSourcing
import HTTPTypes
import Postgres

/// Clients' websites. What changes one is for its owner and for administrators, those of the platform and those of the website; another's
/// website answers 404.
enum WebsiteRoutes {
  static let group = RouteGroup(
    service: "websites", routes: [HealthRoutes.route(of: "websites") { $0.reads.websites }] + reads + changes)

  private static let reads: [Route] = [
    .list(
      "/websites", "websites", "Open websites, and one's own", in: NoInput.self, access: .everyone, from: { $0.reads.websites },
      WebsiteResources.list
    ) { _, call in try await viewer(call) },
    .list(
      "/websites/search", "searchWebsites", "Open websites, and one's own, whose name or domain begins with a text",
      in: WebsiteSearch.self, access: .everyone, from: { $0.reads.websites }, WebsiteResources.searched
    ) { input, call in try await viewer(call) + [.text(ProductResources.prefixPattern(input.text))] },
    .list(
      "/websites/deleted", "deletedWebsites", "Deleted websites", in: NoInput.self, access: .administrators,
      from: { $0.reads.websites }, WebsiteResources.deleted
    ) { _, _ in [] },
    .row(
      "/websites/{id}", "website", "A website; owner and settings only for its owner and administrators", in: IDInput<WebsiteID>.self,
      access: .everyone, from: { $0.reads.websites }, WebsiteResources.one
    ) { input, call in try await [.int64(input.id.rawValue)] + viewer(call) },
  ]

  private static let changes: [Route] = [
    Route(
      .post, "/websites", "createWebsite", "Opens a website", in: NewWebsite.self, out: Schema.reference.asData, status: 201,
      access: .bearer, idempotency: .optional, problems: [.alreadyTaken, .unknownReference, .stateConflict], handler: create),
    Route(
      .put, "/websites/{id}", "replaceWebsite", "Changes a website", in: WebsiteChange.self, out: Schema.reference.asData,
      access: .bearer, idempotency: .none, problems: [.alreadyTaken, .unknownReference, .forbidden], handler: change),
    Route(
      .patch, "/websites/{id}", "changeWebsite", "Changes fields of a website", in: WebsiteChange.self, out: Schema.reference.asData,
      access: .bearer, idempotency: .none, problems: [.alreadyTaken, .unknownReference, .forbidden], handler: change),
    Route(
      .delete, "/websites/{id}", "deleteWebsite", "Deletes a website; its names stay taken", in: IDInput<WebsiteID>.self, out: nil,
      status: 204, access: .bearer, idempotency: .none, problems: []
    ) { input, call in
      .command(try await call.execute(DeleteWebsite(websiteID: input.id, by: actor(on: input.id, call))))
    },
    Route(
      .post, "/websites/{id}/activate", "activateWebsite", "Opens a website to visitors", in: IDInput<WebsiteID>.self,
      out: Schema.reference.asData, access: .bearer, idempotency: .optional, problems: []
    ) { input, call in
      .reference(try await call.execute(ActivateWebsite(websiteID: input.id, by: actor(on: input.id, call))), input.id)
    },
    Route(
      .post, "/websites/{id}/deactivate", "deactivateWebsite", "Closes a website to visitors", in: WebsiteClosing.self,
      out: Schema.reference.asData, access: .bearer, idempotency: .optional, problems: []
    ) { input, call in
      let command = DeactivateWebsite(websiteID: input.id, by: try await actor(on: input.id, call), reason: input.reason)
      return .reference(try await call.execute(command), input.id)
    },
    Route(
      .post, "/websites/{id}/restore", "restoreWebsite", "Brings a deleted website back, open", in: IDInput<WebsiteID>.self,
      out: Schema.reference.asData, access: .administrators, idempotency: .optional, problems: [.stateConflict]
    ) { input, call in
      .reference(try await call.execute(RestoreWebsite(websiteID: input.id)), input.id)
    },
  ]

  /// Who asks, and what he administers, as parameters.
  private static func viewer(_ call: Call) async throws -> [PostgresValue] {
    guard let caller = call.caller else { return [.int64(0), .int64Array([])] }
    return [.int64(caller.userID.rawValue), .int64Array(try await call.rights().administeredTeams)]
  }

  private static func actor(on website: WebsiteID, _ call: Call) async throws -> Website.Actor {
    try await call.rights().has(PlatformRole.administrators, team: website.rawValue) ? .administrator : .owner(call.user.userID)
  }

  @Sendable private static func create(_ input: NewWebsite, _ call: Call) async throws -> Reply {
    let (id, domain) = (WebsiteID(try await call.nextID("website")), call.services.configuration.platformDomain)
    let fallback = "site-\(id)"
    func create(_ label: String) async throws -> CommandOutcome<Created<WebsiteID>> {
      let content = input.content(of: call.user.userID, label: label, platformDomain: domain)
      return try await call.execute(
        CreateWebsite(websiteID: id, content: content, isActive: input.isActive, platformDomain: domain))
    }
    let outcome: CommandOutcome<Created<WebsiteID>>
    do {
      outcome = try await create(label(for: input, fallback, call))
    } catch CommandError.refused(.claimTaken(let key, _)) where input.subdomain == nil && key.hasPrefix("website-subdomain:") {
      // Somebody else took the label that was made from the name.
      outcome = try await create(fallback)
    }
    let made = outcome.answer?.id ?? id
    return .reference(outcome, made, location: "/api/v1/websites/websites/\(made)")
  }

  /// The label of a website that names none: that of its domain on the platform, one made from its name, or from its id.
  private static func label(for input: NewWebsite, _ fallback: String, _ call: Call) async throws -> String {
    let ending = "." + call.services.configuration.platformDomain
    if let domain = input.domain, domain.hasSuffix(ending) { return String(domain.dropLast(ending.count)) }
    guard let label = WebsiteNames.label(from: input.name),
      try await call.services.log.claimOwner(WebsiteNames.claim(ofSubdomain: label)) == nil
    else { return fallback }
    return label
  }

  @Sendable private static func change(_ input: WebsiteChange, _ call: Call) async throws -> Reply {
    let domain = call.services.configuration.platformDomain
    if let owner = input.userID {
      // Only the platform's administrators hand a website over, and only to an account that is there.
      guard try await call.rights().has(PlatformRole.administrators) else { throw Problem(.forbidden) }
      let (result, _) = try await call.services.reads.websites.query(WebsiteResources.isOpenAccount, [.int64(owner.rawValue)], call)
      guard try result[0].bool(1) else { throw Problem.field("/user_id", .unknownReference) }
    }
    let command = ChangeWebsite(websiteID: input.id, by: try await actor(on: input.id, call), platformDomain: domain) {
      input.apply(to: &$0, platformDomain: domain)
    }
    return .reference(try await call.execute(command), input.id)
  }
}
