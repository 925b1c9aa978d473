import JSON

extension Website {
  /// Opens a website. Creating the same one again changes nothing.
  public static func decide(_ command: CreateWebsite, _ state: State) throws(WebsiteRejection) -> [Event] {
    let (id, content) = (command.websiteID, command.content)
    guard state != .present(content, isActive: command.isActive) else { return [] }
    guard state == .missing else { throw .alreadyExists(id) }
    try check(content, of: id, platformDomain: command.platformDomain)
    return [
      .websiteCreated(WebsiteCreated(id, content, isActive: command.isActive)), .websiteSettingsChanged(settings(id, content, since: nil)),
    ]
  }

  /// Gives a website new content: one event for each of look, names, owner and settings that differ.
  /// - Parameter wanted: the content after the change.
  public static func decide(_ command: ChangeWebsite, _ wanted: Content, _ state: State) throws(WebsiteRejection) -> [Event] {
    let id = command.websiteID
    let (old, _) = try present(id, command.actor, state)
    try check(wanted, of: id, platformDomain: command.platformDomain)
    if wanted.userID != old.userID, command.actor != .administrator { throw .ownerFixed }
    var events: [Event] = []
    let changed = brandingChanges(from: old, to: wanted)
    if !changed.isEmpty { events.append(.websiteRebranded(WebsiteRebranded(id, wanted, changedFields: changed))) }
    if (wanted.domain, wanted.subdomain) != (old.domain, old.subdomain) {
      events.append(
        .websiteDomainChanged(
          WebsiteDomainChanged(
            websiteID: id, oldDomain: old.domain, newDomain: wanted.domain, oldSubdomain: old.subdomain, newSubdomain: wanted.subdomain)))
    }
    if wanted.userID != old.userID {
      events.append(.websiteOwnerChanged(WebsiteOwnerChanged(websiteID: id, oldUserID: old.userID, newUserID: wanted.userID)))
    }
    // What is personal about the settings belongs to the owner, so a new one gets them under his own key.
    if wanted.settings != old.settings || wanted.userID != old.userID {
      events.append(.websiteSettingsChanged(settings(id, wanted, since: old)))
    }
    return events
  }

  /// Opens a website to visitors; nothing happens when it is open.
  public static func decide(_ command: ActivateWebsite, _ state: State) throws(WebsiteRejection) -> [Event] {
    let (content, isActive) = try present(command.websiteID, command.actor, state)
    return isActive ? [] : [.websiteActivated(WebsiteActivated(websiteID: command.websiteID, domain: content.domain))]
  }

  /// Closes a website to visitors; nothing happens when it is closed.
  public static func decide(_ command: DeactivateWebsite, _ state: State) throws(WebsiteRejection) -> [Event] {
    let (content, isActive) = try present(command.websiteID, command.actor, state)
    guard isActive else { return [] }
    return [
      .websiteDeactivated(WebsiteDeactivated(websiteID: command.websiteID, domain: content.domain, reason: command.reason))
    ]
  }

  /// Deletes a website; nothing happens when it is deleted.
  public static func decide(_ command: DeleteWebsite, _ state: State) throws(WebsiteRejection) -> [Event] {
    if case .deleted(let content) = state {
      try requireOwn(command.websiteID, command.actor, content)
      return []
    }
    let (content, _) = try present(command.websiteID, command.actor, state)
    return [.websiteDeleted(WebsiteDeleted(websiteID: command.websiteID, domain: content.domain))]
  }

  /// Brings a deleted website back, open.
  public static func decide(_ command: RestoreWebsite, _ state: State) throws(WebsiteRejection) -> [Event] {
    switch state {
    case .missing: throw .notFound(command.websiteID)
    case .present(_, let isActive): throw .notDeleted(command.websiteID, isActive: isActive)
    case .deleted(let content): return [.websiteRestored(WebsiteRestored(websiteID: command.websiteID, domain: content.domain))]
    }
  }

  /// The content of a website that is there for whoever acts on it.
  static func present(_ id: WebsiteID, _ actor: Actor, _ state: State) throws(WebsiteRejection) -> (Content, isActive: Bool) {
    guard case .present(let content, let isActive) = state else { throw .notFound(id) }
    try requireOwn(id, actor, content)
    return (content, isActive)
  }

  private static func requireOwn(_ id: WebsiteID, _ actor: Actor, _ content: Content) throws(WebsiteRejection) {
    if case .owner(let userID) = actor, userID != content.userID { throw .notFound(id) }
  }

  private static func settings(_ id: WebsiteID, _ content: Content, since old: Content?) -> WebsiteSettingsChanged {
    WebsiteSettingsChanged(
      websiteID: id, userID: content.userID, changedSections: WebsiteSettings.changedSections(from: old?.settings, to: content.settings),
      personal: content.settings.map { WebsiteSettingsChanged.Personal(settings: $0) })
  }

  private static func brandingChanges(from old: Content, to new: Content) -> [String] {
    var fields: [String] = []
    if new.name != old.name { fields.append("name") }
    if new.theme != old.theme { fields.append("theme") }
    if new.primaryColor != old.primaryColor { fields.append("primary_color") }
    if new.secondaryColor != old.secondaryColor { fields.append("secondary_color") }
    if new.logoPath != old.logoPath { fields.append("logo_path") }
    if new.faviconPath != old.faviconPath { fields.append("favicon_path") }
    return fields
  }

  private static func check(_ content: Content, of id: WebsiteID, platformDomain: String) throws(WebsiteRejection) {
    do throws(FieldError) {
      try TextRules.required(content.name, "name")
      try WebsiteNames.check(subdomain: content.subdomain)
      try WebsiteNames.check(domain: content.domain)
      // What stands under the platform's domain are labels, and each website has its own.
      if content.domain.hasSuffix("." + platformDomain) || content.domain == platformDomain,
        content.domain != "\(content.subdomain).\(platformDomain)"
      {
        throw FieldError("domain", .unknown)
      }
      try checkColor(content.primaryColor, "primary_color")
      try checkColor(content.secondaryColor, "secondary_color")
      try checkPath(content.logoPath, "logo_path", below: "/websites/logos/\(id)/", endings: ["png", "svg", "jpeg", "jpg"])
      try checkPath(content.faviconPath, "favicon_path", below: "/websites/favicons/\(id)/", endings: ["ico", "png"])
      if let settings = content.settings { try WebsiteSettings.check(settings) }
    } catch {
      throw .invalid(error)
    }
  }

  private static func checkColor(_ text: String, _ field: String) throws(FieldError) {
    guard text.utf8.count == 7, text.hasPrefix("#"), text.dropFirst().allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
      throw FieldError(field, .malformed)
    }
  }

  /// A file of the website's own folder, so that nobody shows another's.
  private static func checkPath(_ path: String?, _ field: String, below folder: String, endings: [String]) throws(FieldError) {
    guard let path else { return }
    try TextRules.required(path, field, maximum: 500)
    let file = path.dropFirst(folder.count)
    guard path.hasPrefix(folder), !file.hasPrefix("."),
      file.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" || $0 == ".") }),
      endings.contains(where: { file.lowercased().hasSuffix(".\($0)") })
    else { throw FieldError(field, .malformed) }
  }
}
