import EventSourcing

/// What is asked of a contact that is there.
public enum ContactAction: Sendable, Hashable {
  case subscribe(ContactSubscription)
  case unsubscribe(ContactUnsubscription)
  case tag(ContactTagID)
  case untag(ContactTagID)
  case move(ContactStatus)
  case count(ContactEngagement)
  case delete(reason: String?)
}

extension Contact {
  /// What an action makes of a contact; nothing where it has had its effect.
  /// - Parameters:
  ///   - tagName: the present name of the tag that the action names.
  ///   - now: when it happens.
  static func decide(
    _ action: ContactAction, _ id: ContactID, tagName: String?, now: Timestamp, _ state: State
  ) throws(ContactRejection) -> [Event] {
    if case .delete = action, state.existence == .deleted { return [] }
    guard state.existence == .present else { throw .notFound(id) }
    switch action {
    case .subscribe(let subscription): return subscribe(id, subscription, now, state)
    case .unsubscribe(let scope): return unsubscribe(id, scope, state)
    case .tag(let tag): return try self.tag(id, CarriedTag(id: tag, name: tagName ?? ""), state)
    case .untag(let tag):
      let rest = state.tags.filter { $0.id != tag }
      return rest.count == state.tags.count ? [] : [.contactUntagged(ContactUntagged(contactID: id, tagID: tag, tags: rest))]
    case .move(let status): return try move(id, to: status, state)
    case .count(let engagement): return count(id, engagement, state)
    case .delete(let reason):
      do throws(FieldError) {
        try TextRules.optional(reason, "reason")
      } catch {
        throw .invalid(error)
      }
      return [.contactDeleted(ContactDeleted(contactID: id, reason: reason, personal: state.email))]
    }
  }

  /// Gives a contact new content.
  /// - Parameter claim: the claim on the address in it.
  static func change(
    _ id: ContactID, to content: ContactContent, claim: String, _ state: State
  ) throws(ContactRejection) -> [Event] {
    guard state.existence == .present, let old = state.content else { throw .notFound(id) }
    let fields = content.differences(from: old)
    guard !fields.isEmpty else { return [] }
    do {
      try content.check()
    } catch {
      throw .invalid(error)
    }
    return [
      .contactDetailsChanged(ContactDetailsChanged(contactID: id, emailClaim: claim, updatedFields: fields, personal: content))
    ]
  }

  /// The tag has another name since.
  static func rename(_ tag: CarriedTag, on id: ContactID, _ state: State) -> [Event] {
    guard let index = state.tags.firstIndex(where: { $0.id == tag.id }), state.tags[index] != tag else { return [] }
    var tags = state.tags
    tags[index] = tag
    return [.contactTagRenamed(ContactTagRenamed(contactID: id, tagID: tag.id, tags: tags))]
  }

  /// Puts a contact on a list.
  static func join(
    _ list: ContactListID, named name: String, _ id: ContactID, fresh: LinkID, by user: UserID?, _ state: State
  ) -> [Event] {
    let known = state.memberships[list]
    guard known?.isActive != true else { return [] }
    return [
      .contactAddedToList(
        ContactAddedToList(
          contactID: id, listID: list, listName: name, membershipID: known?.id ?? fresh, isReturn: known != nil, addedBy: user))
    ]
  }

  /// Takes a contact from a list.
  static func leave(_ list: ContactListID, named name: String, _ id: ContactID, _ state: State) -> [Event] {
    guard let known = state.memberships[list], known.isActive else { return [] }
    return [
      .contactRemovedFromList(ContactRemovedFromList(contactID: id, listID: list, listName: name, membershipID: known.id))
    ]
  }

  // MARK: Actions

  private static func subscribe(_ id: ContactID, _ subscription: ContactSubscription, _ now: Timestamp, _ state: State) -> [Event] {
    let isOver = subscription == .sms || state.status == .active
    guard !(state.subscriptions.contains(subscription) && isOver) else { return [] }
    let since: Timestamp?
    switch subscription {
    case .newsletter: since = now
    case .marketing: since = state.subscribedAt ?? now
    case .sms: since = state.subscribedAt
    }
    return [
      .contactSubscribed(
        ContactSubscribed(
          contactID: id, subscription: subscription, subscribedAt: since, status: subscription == .sms ? state.status : .active,
          personal: state.email))
    ]
  }

  private static func unsubscribe(_ id: ContactID, _ scope: ContactUnsubscription, _ state: State) -> [Event] {
    var rest = state.subscriptions
    rest.drop(scope)
    let status = scope.isFarewell && state.status == .active ? ContactStatus.unsubscribed : state.status
    guard rest != state.subscriptions || status != state.status else { return [] }
    return [.contactUnsubscribed(ContactUnsubscribed(contactID: id, scope: scope, status: status, personal: state.email))]
  }

  private static func tag(_ id: ContactID, _ tag: CarriedTag, _ state: State) throws(ContactRejection) -> [Event] {
    guard !state.tags.contains(where: { $0.id == tag.id }) else { return [] }
    guard state.tags.count < maximumTags else { throw .invalid(FieldError("tags", .tooLong(maximum: maximumTags))) }
    return [.contactTagged(ContactTagged(contactID: id, tagID: tag.id, tagName: tag.name, tags: state.tags + [tag]))]
  }

  private static func move(_ id: ContactID, to status: ContactStatus, _ state: State) throws(ContactRejection) -> [Event] {
    guard status != state.status else { return [] }
    guard state.status.next.contains(status) else { throw .wrongStatus(id, current: state.status, allowed: state.status.next) }
    return [
      .contactStatusChanged(
        ContactStatusChanged(contactID: id, previousStatus: state.status, status: status, personal: state.email))
    ]
  }

  private static func count(_ id: ContactID, _ engagement: ContactEngagement, _ state: State) -> [Event] {
    var (opens, clicks, status) = (state.openCount, state.clickCount, state.status)
    switch engagement {
    case .sent: break
    case .opened: opens = min(opens + 1, Int64(Int32.max))
    case .clicked: clicks = min(clicks + 1, Int64(Int32.max))
    case .bounced:
      // Who has left or complained is not brought back into another state by a late report.
      guard status == .active || status == .inactive else { return [] }
      status = .bounced
    }
    return [
      .contactEngagementCounted(
        ContactEngagementCounted(
          contactID: id, engagement: engagement, openCount: opens, clickCount: clicks, status: status, personal: state.email))
    ]
  }
}

extension Contact.State {
  /// The address for events that name it; nil once the contact was forgotten.
  fileprivate var email: ContactEmail? { content.map { ContactEmail(email: $0.email) } }
}
