public import EventSourcing
public import JSON

/// What happens to a question.
public enum QuestionEvent: AggregateEvent {
  case asked(QuestionAsked)
  case published(QuestionPublished)
  case reworded(QuestionReworded)
  case rejected(QuestionRejected)
  case deleted(QuestionDeleted)

  public static let decoder = EventDecoder<QuestionEvent>([
    EventCase(QuestionAsked.self, QuestionEvent.asked), EventCase(QuestionPublished.self, QuestionEvent.published),
    EventCase(QuestionReworded.self, QuestionEvent.reworded), EventCase(QuestionRejected.self, QuestionEvent.rejected),
    EventCase(QuestionDeleted.self, QuestionEvent.deleted),
  ])

  public var payload: any EventPayload {
    switch self {
    case .asked(let event): event
    case .published(let event): event
    case .reworded(let event): event
    case .rejected(let event): event
    case .deleted(let event): event
    }
  }
}

extension Question.Content: JSONCodable {
  public init(from json: inout JSONObjectReader) throws {
    title = try json.optionalString("title")
    question = try json.string("question")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("title", title)
    json.field("question", question)
  }
}

/// Somebody asked; the question waits for moderation.
public struct QuestionAsked: Hashable, Sendable {
  public static let type = EventType("QuestionAsked", .public)

  public var questionID: QuestionID
  public var userID: UserID
  public var productID: ProductID?
  public var content: Question.Content
}

extension QuestionAsked: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    questionID = try json.id("question_id")
    userID = try json.id("user_id")
    productID = try json.optionalID("product_id")
    content = try Question.Content(from: &json)
  }

  public func encode(to json: inout JSONWriter) {
    json.field("question_id", questionID)
    json.field("user_id", userID)
    json.field("product_id", productID)
    content.encode(to: &json)
  }
}

/// A moderator lets everybody see a question.
public struct QuestionPublished: Hashable, Sendable {
  public static let type = EventType("QuestionPublished", .public)

  public var questionID: QuestionID
  public var userID: UserID
  public var productID: ProductID?
  public var question: String
  public var publishedBy: UserID?
}

extension QuestionPublished: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    questionID = try json.id("question_id")
    userID = try json.id("user_id")
    productID = try json.optionalID("product_id")
    question = try json.string("question")
    publishedBy = try json.optionalID("published_by")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("question_id", questionID)
    json.field("user_id", userID)
    json.field("product_id", productID)
    json.field("question", question)
    json.field("published_by", publishedBy)
  }
}

/// A question says something else. What its author changes waits for moderation again. Private: publishing it tells everybody.
public struct QuestionReworded: Hashable, Sendable {
  public static let type = EventType("QuestionReworded", .private)

  public var questionID: QuestionID
  public var content: Question.Content
  /// Whether everybody sees it afterwards.
  public var isPublished: Bool
  public var changedBy: UserID
}

extension QuestionReworded: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    questionID = try json.id("question_id")
    content = try Question.Content(from: &json)
    isPublished = try json.bool("is_published")
    changedBy = try json.id("changed_by")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("question_id", questionID)
    content.encode(to: &json)
    json.field("is_published", isPublished)
    json.field("changed_by", changedBy)
  }
}

/// A moderator refused a question; it is gone. Private, as nobody has seen it.
public struct QuestionRejected: Hashable, Sendable {
  public static let type = EventType("QuestionRejected", .private)

  public var questionID: QuestionID
  public var rejectedBy: UserID
}

extension QuestionRejected: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    questionID = try json.id("question_id")
    rejectedBy = try json.id("rejected_by")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("question_id", questionID)
    json.field("rejected_by", rejectedBy)
  }
}

/// Its author, or an administrator, took a question back.
public struct QuestionDeleted: Hashable, Sendable {
  public static let type = EventType("QuestionDeleted", .private)

  public var questionID: QuestionID
  public var deletedBy: UserID
}

extension QuestionDeleted: EventPayload {
  public init(from json: inout JSONObjectReader) throws {
    questionID = try json.id("question_id")
    deletedBy = try json.id("deleted_by")
  }

  public func encode(to json: inout JSONWriter) {
    json.field("question_id", questionID)
    json.field("deleted_by", deletedBy)
  }
}
