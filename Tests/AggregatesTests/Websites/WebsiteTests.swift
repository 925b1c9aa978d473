import EventSourcing
import EventStoreTesting
import JSON
import Testing

@testable import Aggregates

@Suite struct WebsiteTests {
  let id = WebsiteID(1_000)
  let owner = UserID(50)

  private func content(_ change: (inout Website.Content) -> Void = { _ in }) -> Website.Content {
    var content = Website.Content(userID: owner, name: "Boutique", domain: "boutique.example.org", subdomain: "boutique")
    change(&content)
    return content
  }

  private func create(_ content: Website.Content, id: WebsiteID? = nil) -> CreateWebsite {
    CreateWebsite(websiteID: id ?? self.id, content: content, platformDomain: "comptoir.example")
  }

  private func change(by actor: Website.Actor? = nil, _ change: @escaping @Sendable (inout Website.Content) -> Void) -> ChangeWebsite {
    ChangeWebsite(websiteID: id, by: actor ?? .owner(owner), platformDomain: "comptoir.example", change: change)
  }

  private func settingsChanged(_ sections: [String], _ settings: JSONValue, of user: UserID? = nil) -> WebsiteEvent {
    .websiteSettingsChanged(
      WebsiteSettingsChanged(
        websiteID: id, userID: user ?? owner, changedSections: sections, personal: .init(settings: settings)))
  }

  private func isTaken(_ scenario: Scenario, _ command: some Command) async throws -> Bool {
    do {
      _ = try await scenario.given(command)
      return false
    } catch CommandError.refused(.claimTaken) {
      return true
    }
  }

  @Test func `a website is created with its settings and takes its names`() async throws {
    let result = try await Scenario().when(create(content()))
    try await result.then(
      .websiteCreated(WebsiteCreated(id, content(), isActive: true)),
      settingsChanged(["general", "checkout", "advanced"], WebsiteSettings.defaults), on: Website.self, id
    ).andNothingElse().thenClaim("website-domain:boutique.example.org", by: Website.stream(id))
    #expect(try await result.and.log.claimOwner("website-subdomain:boutique") == Website.stream(id))
    try await result.and.when(create(content())).thenNothing()
    try await result.and.when(create(content { $0.name = "Other" })).thenRejected(WebsiteRejection.alreadyExists(id))
  }

  @Test func `settings cannot be read without the owner's key`() async throws {
    let scenario = try await Scenario().given(create(content { $0.settings = ["contact": ["phone": "+33 1 02 03"]] }))
    let stored = scenario.log.events.map { String(decoding: $0.payload, as: UTF8.self) }.joined()
    #expect(!stored.contains("+33"))
  }

  @Test(arguments: [
    ("boutique", "malformed"), ("-a.example.org", "malformed"), ("a-.example.org", "malformed"), ("a..org", "malformed"),
    ("Boutique.example.org", "malformed"), ("a b.example.org", "malformed"), ("10.0.0.1", "malformed"), ("é.example.org", "malformed"),
    ("other.comptoir.example", "unknown"), ("comptoir.example", "unknown"), ("", "blank"),
  ])
  func `a domain is a host name, and none of the platform's own`(domain: String, reason: String) async throws {
    let error = FieldError("domain", reason == "blank" ? .blank : reason == "unknown" ? .unknown : .malformed)
    try await Scenario().when(create(content { $0.domain = domain })).thenRejected(WebsiteRejection.invalid(error))
  }

  @Test(arguments: [
    ("ab", FieldError.Reason.tooShort(minimum: 3)), (String(repeating: "a", count: 64), .tooLong(maximum: 63)), ("a_b", .malformed),
    ("-ab", .malformed), ("ab-", .malformed), ("Abc", .malformed), ("www", .unknown), ("admin", .unknown), ("api", .unknown),
    ("mail", .unknown), ("", .blank),
  ])
  func `a label has 3 to 63 letters, digits and hyphens, and is not reserved`(label: String, reason: FieldError.Reason) async throws {
    try await Scenario().when(create(content { $0.subdomain = label }))
      .thenRejected(WebsiteRejection.invalid(FieldError("subdomain", reason)))
  }

  @Test func `colours, paths and the name have their forms`() async throws {
    let cases: [(@Sendable (inout Website.Content) -> Void, FieldError)] = [
      ({ $0.name = " " }, FieldError("name", .blank)), ({ $0.primaryColor = "000000" }, FieldError("primary_color", .malformed)),
      ({ $0.secondaryColor = "#00000G" }, FieldError("secondary_color", .malformed)),
      ({ $0.logoPath = "/websites/logos/1/a.png" }, FieldError("logo_path", .malformed)),
      ({ $0.logoPath = "/websites/logos/1000/../2/a.png" }, FieldError("logo_path", .malformed)),
      ({ $0.logoPath = "/websites/logos/1000/a.gif" }, FieldError("logo_path", .malformed)),
      ({ $0.faviconPath = "/websites/favicons/1000/a.svg" }, FieldError("favicon_path", .malformed)),
    ]
    for (change, error) in cases {
      var wrong = content()
      change(&wrong)
      try await Scenario().when(create(wrong)).thenRejected(WebsiteRejection.invalid(error))
    }
    _ = try await Scenario().given(
      create(
        content {
          $0.logoPath = "/websites/logos/1000/logo-1.SVG"
          $0.faviconPath = "/websites/favicons/1000/icon.ico"
          $0.primaryColor = "#aBc019"
        }))
  }

  @Test(
    arguments: [
      (["general": ["timezone": "Europe/Nowhere"]], "settings/general/timezone"),
      (["general": ["currency": "euro"]], "settings/general/currency"), (["general": ["language": "xx"]], "settings/general/language"),
      (["general": ["site_title": 7]], "settings/general/site_title"),
      (["contact": ["support_email": "nobody"]], "settings/contact/support_email"),
      (["features": ["enable_blog": "yes"]], "settings/features/enable_blog"), (["general": ["colour": "red"]], "settings/general/colour"),
      (["generals": ["currency": "EUR"]], "settings/generals"), (["general": "EUR"], "settings/general"),
      (["checkout": ["default_shipping_method": "drone"]], "settings/checkout/default_shipping_method"), ([1], "settings"),
    ] as [(JSONValue, String)])
  func `settings are those that are known`(settings: JSONValue, field: String) async throws {
    do {
      _ = try await Scenario().given(create(content { $0.settings = settings }))
      Issue.record("\(field) was accepted")
    } catch WebsiteRejection.invalid(let error) {
      #expect(error.field == field)
    }
  }

  @Test func `what differs is told by one event each, and nothing by none`() async throws {
    let scenario = try await Scenario().given(create(content()))
    try await scenario.when(change { _ in }).thenNothing()
    let changed = change { content in
      content.name = "Atelier"
      content.theme = .minimalBoutique
      content.domain = "atelier.example.org"
      content.settings = content.settings?.merging(patch: ["general": ["currency": "CHF"]])
    }
    let wanted = content {
      $0.name = "Atelier"
      $0.theme = .minimalBoutique
    }
    try await scenario.when(changed).then(
      .websiteRebranded(WebsiteRebranded(id, wanted, changedFields: ["name", "theme"])),
      .websiteDomainChanged(
        WebsiteDomainChanged(
          websiteID: id, oldDomain: "boutique.example.org", newDomain: "atelier.example.org", oldSubdomain: "boutique",
          newSubdomain: "boutique")),
      settingsChanged(["general"], WebsiteSettings.defaults.merging(patch: ["general": ["currency": "CHF"]])), on: Website.self, id
    ).andNothingElse()
  }

  @Test func `names are taken by one website, deleted ones included, and free once changed`() async throws {
    let other = WebsiteID(1_001)
    let scenario = try await Scenario().given(create(content())).given(DeleteWebsite(websiteID: id, by: .administrator))
    #expect(try await isTaken(scenario, create(content { $0.subdomain = "elsewhere" }, id: other)))
    #expect(try await isTaken(scenario, create(content { $0.domain = "elsewhere.example.org" }, id: other)))
    let moved = try await scenario.given(RestoreWebsite(websiteID: id)).given(
      change {
        $0.domain = "new.example.org"
        $0.subdomain = "new"
      })
    #expect(try await !isTaken(moved, create(content(), id: other)))
  }

  @Test func `another's website is not there, and only an administrator hands one over`() async throws {
    let scenario = try await Scenario().given(create(content()))
    let stranger = Website.Actor.owner(UserID(51))
    try await scenario.when(change(by: stranger) { $0.name = "Mine" }).thenRejected(WebsiteRejection.notFound(id))
    try await scenario.when(ActivateWebsite(websiteID: id, by: stranger)).thenRejected(WebsiteRejection.notFound(id))
    try await scenario.when(DeactivateWebsite(websiteID: id, by: stranger, reason: .requested)).thenRejected(WebsiteRejection.notFound(id))
    try await scenario.when(DeleteWebsite(websiteID: id, by: stranger)).thenRejected(WebsiteRejection.notFound(id))
    try await scenario.when(change { $0.userID = UserID(51) }).thenRejected(WebsiteRejection.ownerFixed)
    let handed = try await scenario.when(change(by: .administrator) { $0.userID = UserID(51) }).then(
      .websiteOwnerChanged(WebsiteOwnerChanged(websiteID: id, oldUserID: owner, newUserID: UserID(51))),
      settingsChanged([], WebsiteSettings.defaults, of: UserID(51)), on: Website.self, id
    ).and
    try await handed.when(change { $0.name = "Still mine" }).thenRejected(WebsiteRejection.notFound(id))
    _ = try await handed.given(change(by: stranger) { $0.name = "Mine" })
  }

  @Test func `a website is closed and opened, each once`() async throws {
    let scenario = try await Scenario().given(create(content()))
    let open = ActivateWebsite(websiteID: id, by: .owner(owner))
    let close = DeactivateWebsite(websiteID: id, by: .owner(owner), reason: .maintenance)
    try await scenario.when(open).thenNothing()
    let closed = try await scenario.when(close).then(
      .websiteDeactivated(WebsiteDeactivated(websiteID: id, domain: "boutique.example.org", reason: .maintenance)), on: Website.self, id
    ).and
    try await closed.when(close).thenNothing()
    try await closed.when(open).then(
      .websiteActivated(WebsiteActivated(websiteID: id, domain: "boutique.example.org")), on: Website.self, id)
  }

  @Test func `a deleted website is not there until it is restored, and then it is open`() async throws {
    let delete = DeleteWebsite(websiteID: id, by: .owner(owner))
    let scenario = try await Scenario().given(create(content())).given(
      DeactivateWebsite(websiteID: id, by: .owner(owner), reason: .requested))
    try await scenario.when(RestoreWebsite(websiteID: id)).thenRejected(WebsiteRejection.notDeleted(id, isActive: false))
    let deleted = try await scenario.when(delete).then(
      .websiteDeleted(WebsiteDeleted(websiteID: id, domain: "boutique.example.org")), on: Website.self, id
    ).and
    try await deleted.when(delete).thenNothing()
    try await deleted.when(change { $0.name = "x" }).thenRejected(WebsiteRejection.notFound(id))
    try await deleted.when(ActivateWebsite(websiteID: id, by: .administrator)).thenRejected(WebsiteRejection.notFound(id))
    let restored = try await deleted.when(RestoreWebsite(websiteID: id)).then(
      .websiteRestored(WebsiteRestored(websiteID: id, domain: "boutique.example.org")), on: Website.self, id
    ).and
    try await restored.when(ActivateWebsite(websiteID: id, by: .owner(owner))).thenNothing()
    try await Scenario().when(RestoreWebsite(websiteID: id)).thenRejected(WebsiteRejection.notFound(id))
  }

  @Test(
    arguments: [
      ("Épicerie de l'Été", "epicerie-de-l-ete"), ("  Zoé & Co. ", "zoe-co"), ("雪", nil), ("Api", nil), ("ab", nil),
      (String(repeating: "long ", count: 20), "long-long-long-long-long-long-long-long"),
    ] as [(String, String?)])
  func `a label is made from a name where enough is left of it`(name: String, label: String?) {
    #expect(WebsiteNames.label(from: name) == label)
  }

  @Test func `the default websites are four, and right`() async throws {
    #expect(Website.defaultRows.map(\.content.domain) == ["shop", "www", "blog", "api"].map { "\($0).example.com" })
    var scenario = Scenario()
    for (id, content) in Website.defaultRows { scenario = try await scenario.given(create(content, id: id)) }
  }
}
