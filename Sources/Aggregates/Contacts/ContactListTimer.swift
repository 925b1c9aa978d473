public import EventSourcing
public import JSON

/// What the timer of a list asks for that nobody does anything with; its payload.
public struct ContactListTimer: JSONCodable, Hashable {
  /// The payload's field `do`.
  public static let action = "archive_idle_contact_list"

  public var listID: ContactListID

  init(_ listID: ContactListID) { self.listID = listID }

  static func name(_ id: ContactListID) -> String { "contact-list-idle-\(id)" }

  public init(from json: inout JSONObjectReader) throws {
    listID = try json.id("contact_list_id")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("do", Self.action)
    json.field("contact_list_id", listID)
  }
}

extension ContactList {
  /// How long a list lies idle before it is archived: one that was made for a campaign 90 days, others a year.
  public static func idleTime(_ type: ContactListType) -> Duration { .seconds((type == .marketing ? 90 : 365) * 86_400) }
}

/// A list has lain idle for long: it is archived.
public struct ArchiveIdleContactList: Command {
  public var listID: ContactListID
  /// The setting that has fired.
  public var timer: DueTimer

  public init(listID: ContactListID, timer: DueTimer) {
    self.listID = listID
    self.timer = timer
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(ContactList.self, listID)
    if let list = state.definition {
      try session.record(ContactList.move(listID, to: .archived, by: nil, named: list.name, state), on: ContactList.self, listID)
    }
    session.cancelTimer(timer.name, setting: timer.setting)
    return NoAnswer()
  }
}

extension DecisionSession {
  /// After something was done with a list: its idle time begins anew, unless it is archived.
  mutating func restartIdleTime(of id: ContactListID) throws {
    guard hasEvents, let list = try load(ContactList.self, id).definition else { return }
    if try load(ContactList.self, id).status == .archived {
      cancelTimer(ContactListTimer.name(id))
    } else {
      setTimer(ContactListTimer.name(id), due: .at(now + ContactList.idleTime(list.type)), payload: ContactListTimer(id))
    }
  }
}
