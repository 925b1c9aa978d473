public import EventSourcing
public import JSON

/// What happens to an answer.
public enum AnswerEvent: AggregateEvent {
  case answered(QuestionAnswered)
  case officiallyAnswered(QuestionOfficiallyAnswered)
  case reworded(AnswerReworded)
  case markedHelpful(AnswerMarkedHelpful)
  case deleted(AnswerDeleted)

  public static let decoder = EventDecoder<AnswerEvent>([
    EventCase(QuestionAnswered.self, AnswerEvent.answered),
    EventCase(QuestionOfficiallyAnswered.self, AnswerEvent.officiallyAnswered), EventCase(AnswerReworded.self, AnswerEvent.reworded),
    EventCase(AnswerMarkedHelpful.self, AnswerEvent.markedHelpful), EventCase(AnswerDeleted.self, AnswerEvent.deleted),
  ])

  public var payload: any EventPayload {
    switch self {
    case .answered(let event): event
    case .officiallyAnswered(let event): event
    case .reworded(let event): event
    case .markedHelpful(let event): event
    case .deleted(let event): event
    }
  }
}

extension QuestionAnswer.Content: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    answer = try json.string("answer")
    isOfficial = try json.bool("is_official")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("answer", answer)
    json.field("is_official", isOfficial)
  }
}

/// By whom an answer is given: the stored name of its event, never changed.
public protocol AnswerKind: SendableMetatype {
  static var eventName: String { get }
}

/// Somebody answered a question.
public typealias QuestionAnswered = AnswerGiven<AnswerKinds.Anybodys>
/// The shop answered a question.
public typealias QuestionOfficiallyAnswered = AnswerGiven<AnswerKinds.Official>

/// The kinds of `AnswerGiven`.
public enum AnswerKinds {
  public enum Anybodys: AnswerKind { public static var eventName: String { "QuestionAnswered" } }
  public enum Official: AnswerKind { public static var eventName: String { "QuestionOfficiallyAnswered" } }
}

/// An answer was given.
public struct AnswerGiven<Kind: AnswerKind>: Hashable, Sendable {
  public static var type: EventType { EventType(Kind.eventName, .public) }

  public var answerID: AnswerID
  public var questionID: QuestionID
  public var userID: UserID
  public var content: QuestionAnswer.Content
}

extension AnswerGiven: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    answerID = try json.id("answer_id")
    questionID = try json.id("question_id")
    userID = try json.id("user_id")
    content = try QuestionAnswer.Content(from: &json)
  }

  public func encode(to json: inout JSONWriter) {
    json.field("answer_id", answerID)
    json.field("question_id", questionID)
    json.field("user_id", userID)
    content.encode(to: &json)
  }
}

/// An answer says something else, or became official, or is no longer. Private: nobody is told twice.
public struct AnswerReworded: Hashable, Sendable {
  public static let type = EventType("AnswerReworded", .private)

  public var answerID: AnswerID
  public var content: QuestionAnswer.Content
  public var changedBy: UserID
}

extension AnswerReworded: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    answerID = try json.id("answer_id")
    content = try QuestionAnswer.Content(from: &json)
    changedBy = try json.id("changed_by")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("answer_id", answerID)
    content.encode(to: &json)
    json.field("changed_by", changedBy)
  }
}

/// Somebody found an answer helpful, once.
public struct AnswerMarkedHelpful: Hashable, Sendable {
  public static let type = EventType("AnswerMarkedHelpful", .public)

  public var answerID: AnswerID
  public var questionID: QuestionID
  public var userID: UserID
  public var previousCount: Int64
  public var newCount: Int64
}

extension AnswerMarkedHelpful: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    answerID = try json.id("answer_id")
    questionID = try json.id("question_id")
    userID = try json.id("user_id")
    previousCount = try json.int64("previous_count")
    newCount = try json.int64("new_count")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("answer_id", answerID)
    json.field("question_id", questionID)
    json.field("user_id", userID)
    json.field("previous_count", previousCount)
    json.field("new_count", newCount)
  }
}

/// Its author, or an administrator, took an answer back.
public struct AnswerDeleted: Hashable, Sendable {
  public static let type = EventType("AnswerDeleted", .private)

  public var answerID: AnswerID
  public var deletedBy: UserID
}

extension AnswerDeleted: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    answerID = try json.id("answer_id")
    deletedBy = try json.id("deleted_by")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("answer_id", answerID)
    json.field("deleted_by", deletedBy)
  }
}
