public import EventSourcing

public typealias AddContactTag = AddReference<ContactTag>
public typealias SeedContactTag = SeedReference<ContactTag>

/// Gives a tag new content. Where its name changes, it changes on all contacts that carry it, in the same append.
public struct ChangeContactTag: Command {
  /// A tag that more contacts carry cannot be renamed at once; it can be merged into one with the new name.
  public static let maximumCarriers = 1_000

  public var tagID: ContactTagID
  /// What is to become of the row; may run several times.
  public var change: @Sendable (inout ContactTag.Row) -> Void

  public init(tagID: ContactTagID, change: @escaping @Sendable (inout ContactTag.Row) -> Void) {
    self.tagID = tagID
    self.change = change
  }

  /// - Throws: `ReferenceRejection`.
  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let old = try session.load(ContactTag.self, tagID).row
    _ = try ChangeReference<ContactTag>(id: tagID, change: change).decide(in: &session)
    guard let new = try session.load(ContactTag.self, tagID).row, new.name != old?.name else { return NoAnswer() }
    let carriers = try session.load(ContactTagUsage.self, tagID).first(Self.maximumCarriers + 1)
    guard carriers.count <= Self.maximumCarriers else {
      throw ReferenceRejection.inUse(kind: ContactTag.category, id: tagID.rawValue, count: Int64(carriers.count))
    }
    try session.prepare(Contact.self, carriers)
    for id in carriers {
      let events = Contact.rename(CarriedTag(id: tagID, name: new.name), on: id, try session.load(Contact.self, id))
      try session.record(events, on: Contact.self, id)
    }
    return NoAnswer()
  }
}

/// Takes a tag off the contacts that carry it, and removes it once nobody does: one step, to be repeated until it answers that it is done.
/// A system tag stays. Removing it again changes nothing.
public struct RemoveContactTag: Command {
  /// How many contacts a step is about.
  public static let step = 500

  public var tagID: ContactTagID
  /// Puts this one in its place.
  public var replacement: ContactTagID?

  public init(tagID: ContactTagID, replacement: ContactTagID? = nil) {
    self.tagID = tagID
    self.replacement = replacement
  }

  /// - Throws: `ReferenceRejection`, `ContactRejection`.
  public func decide(in session: inout DecisionSession) throws -> StepAnswer {
    switch try session.load(ContactTag.self, tagID) {
    case .missing: throw ReferenceRejection.notFound(kind: ContactTag.category, id: tagID.rawValue)
    case .removed: return StepAnswer(isDone: true)
    case .present: break
    }
    guard !ContactTag.isFixed(tagID) else { throw ReferenceRejection.fixed(kind: ContactTag.category, id: tagID.rawValue) }
    if let replacement {
      guard replacement != tagID else { throw ContactRejection.invalid(FieldError("target_tag_id", .duplicate)) }
      _ = try session.tagName(replacement, field: "target_tag_id")
    }
    let carriers = try session.load(ContactTagUsage.self, tagID).first(Self.step)
    guard !carriers.isEmpty else {
      _ = try RemoveReference<ContactTag>(id: tagID, usedBy: 0).decide(in: &session)
      return StepAnswer(isDone: true)
    }
    try session.prepare(Contact.self, carriers)
    var changes = ContactChanges()
    for id in carriers {
      try session.act(.untag(tagID), on: id, &changes)
      if let replacement { try session.act(.tag(replacement), on: id, &changes) }
    }
    try changes.finish(in: &session)
    return StepAnswer(isDone: false)
  }
}
