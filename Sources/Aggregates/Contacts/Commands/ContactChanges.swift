import EventSourcing

/// Records events on contacts, and gathers what they change beside them: how many contacts lists count, and who carries which tag. Those
/// are told once a command, however many contacts it is about.
struct ContactChanges {
  private var counts: [ContactListID: Int64] = [:]
  private var tagged: [ContactTagID: [ContactID]] = [:]
  private var untagged: [ContactTagID: [ContactID]] = [:]
  /// How many contacts have changed.
  private(set) var changedCount: Int64 = 0

  /// - Parameter occurredAt: when it happened; the session's time when nil.
  mutating func record(
    _ events: [Contact.Event], on id: ContactID, in session: inout DecisionSession, occurredAt: Timestamp? = nil
  ) throws {
    guard !events.isEmpty else { return }
    let before = try session.load(Contact.self, id)
    try session.record(events, on: Contact.self, id, occurredAt: occurredAt)
    let after = try session.load(Contact.self, id)
    changedCount += 1
    for list in Set(before.memberships.keys).union(after.memberships.keys) {
      counts[list, default: 0] += (after.counts(in: list) ? 1 : 0) - (before.counts(in: list) ? 1 : 0)
    }
    let (old, new) = (before.tags.map(\.id), after.tags.map(\.id))
    for tag in new where !old.contains(tag) { tagged[tag, default: []].append(id) }
    for tag in old where !new.contains(tag) { untagged[tag, default: []].append(id) }
  }

  /// Records the new counts of lists and tags, in order of their ids.
  func finish(in session: inout DecisionSession) throws {
    for (list, change) in counts.sorted(by: { $0.key < $1.key }) where change != 0 {
      let count = try session.load(ContactList.self, list).contactCount + change
      try session.record([.contactListRecounted(ContactListRecounted(listID: list, contactCount: count))], on: ContactList.self, list)
    }
    for tag in Set(tagged.keys).union(untagged.keys).sorted() {
      let (added, removed) = (tagged[tag, default: []], untagged[tag, default: []])
      let count = try session.load(ContactTagUsage.self, tag).carriers.count + added.count - removed.count
      let counted = ContactTagUsageCounted(tagID: tag, usageCount: Int64(count), added: added, removed: removed)
      try session.record([.contactTagUsageCounted(counted)], on: ContactTagUsage.self, tag)
    }
  }
}

extension DecisionSession {
  /// The name of a tag that contacts are to carry.
  /// - Throws: `ContactRejection.invalid` when there is none such.
  mutating func tagName(_ id: ContactTagID, field: String) throws -> String {
    guard let row = try load(ContactTag.self, id).row else { throw ContactRejection.invalid(FieldError(field, .unknown)) }
    return row.name
  }
}
