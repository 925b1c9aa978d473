public import EventSourcing

/// Opens a website. Creating the same one again changes nothing.
public struct CreateWebsite: Command {
  /// Drawn before.
  public var websiteID: WebsiteID
  public var content: Website.Content
  public var isActive: Bool
  /// Under which the platform's own labels stand.
  public var platformDomain: String

  public init(websiteID: WebsiteID, content: Website.Content, isActive: Bool = true, platformDomain: String) {
    self.websiteID = websiteID
    self.content = content
    self.isActive = isActive
    self.platformDomain = platformDomain
  }

  public func decide(in session: inout DecisionSession) throws -> Created<WebsiteID> {
    let state = try session.load(Website.self, websiteID, isNew: true)
    let events = try Website.decide(self, state)
    guard !events.isEmpty else { return Created(websiteID) }
    try session.record(events, on: Website.self, websiteID)
    for key in Website.claims(content) { session.claim(key, for: Website.stream(websiteID)) }
    return Created(websiteID)
  }
}

/// Gives a website new content, whole or in part.
public struct ChangeWebsite: Command {
  public var websiteID: WebsiteID
  public var actor: Website.Actor
  /// Under which the platform's own labels stand.
  public var platformDomain: String
  /// What is to become of the website; may run several times.
  public var change: @Sendable (inout Website.Content) -> Void

  public init(
    websiteID: WebsiteID, by actor: Website.Actor, platformDomain: String,
    change: @escaping @Sendable (inout Website.Content) -> Void
  ) {
    self.websiteID = websiteID
    self.actor = actor
    self.platformDomain = platformDomain
    self.change = change
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(Website.self, websiteID)
    let (old, _) = try Website.present(websiteID, actor, state)
    var wanted = old
    change(&wanted)
    let events = try Website.decide(self, wanted, state)
    guard !events.isEmpty else { return NoAnswer() }
    try session.record(events, on: Website.self, websiteID)
    let (before, after) = (Website.claims(old), Website.claims(wanted))
    for key in after where !before.contains(key) { session.claim(key, for: Website.stream(websiteID)) }
    for key in before where !after.contains(key) { session.release(key, from: Website.stream(websiteID)) }
    return NoAnswer()
  }
}

/// Opens a website to visitors. Doing it again changes nothing.
public struct ActivateWebsite: Command {
  public var websiteID: WebsiteID
  public var actor: Website.Actor

  public init(websiteID: WebsiteID, by actor: Website.Actor) {
    self.websiteID = websiteID
    self.actor = actor
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(Website.self, websiteID)
    try session.record(Website.decide(self, state), on: Website.self, websiteID)
    return NoAnswer()
  }
}

/// Closes a website to visitors. Doing it again changes nothing.
public struct DeactivateWebsite: Command {
  public var websiteID: WebsiteID
  public var actor: Website.Actor
  public var reason: WebsiteDeactivationReason

  public init(websiteID: WebsiteID, by actor: Website.Actor, reason: WebsiteDeactivationReason) {
    self.websiteID = websiteID
    self.actor = actor
    self.reason = reason
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(Website.self, websiteID)
    try session.record(Website.decide(self, state), on: Website.self, websiteID)
    return NoAnswer()
  }
}

/// Deletes a website; its names stay taken. Doing it again changes nothing.
public struct DeleteWebsite: Command {
  public var websiteID: WebsiteID
  public var actor: Website.Actor

  public init(websiteID: WebsiteID, by actor: Website.Actor) {
    self.websiteID = websiteID
    self.actor = actor
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(Website.self, websiteID)
    try session.record(Website.decide(self, state), on: Website.self, websiteID)
    return NoAnswer()
  }
}

/// Brings a deleted website back, open; for administrators.
public struct RestoreWebsite: Command {
  public var websiteID: WebsiteID

  public init(websiteID: WebsiteID) {
    self.websiteID = websiteID
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(Website.self, websiteID)
    try session.record(Website.decide(self, state), on: Website.self, websiteID)
    return NoAnswer()
  }
}
