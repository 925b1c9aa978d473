public import EventSourcing

/// A question, about a product or in general (stream `question-<id>`). Its text is meant for everybody and stays when its author is
/// forgotten; only his name goes.
///
/// ```
/// – ──asked──▶ pending ──approved──▶ published      published ──author changes the text──▶ pending
///               └──rejected──▶ deleted
/// ```
public enum Question: Aggregate {
  public static let category = "question"
  public static let initialState = State()

  /// What a question says.
  public struct Content: Hashable, Sendable {
    /// A short form; at most 255 characters.
    public var title: String?
    /// 10 to 1,000 characters.
    public var question: String

    public init(title: String? = nil, question: String) {
      self.title = title
      self.question = question
    }
  }

  public enum Status: String, Sendable, Hashable, CaseIterable {
    case pending, published, deleted
  }

  public struct State: Hashable, Sendable {
    /// Nil: no such question.
    public internal(set) var status: Status?
    public internal(set) var userID = UserID(0)
    public internal(set) var productID: ProductID?
    public internal(set) var content = Content(question: "")
  }

  public static func evolve(_ state: inout State, _ event: QuestionEvent) {
    switch event {
    case .asked(let event):
      state.status = .pending
      state.userID = event.userID
      state.productID = event.productID
      state.content = event.content
    case .published: state.status = .published
    case .reworded(let event):
      state.content = event.content
      if !event.isPublished { state.status = .pending }
    case .rejected, .deleted: state.status = .deleted
    }
  }

  /// A question that is there.
  static func require(_ state: State) throws(QuestionRejection) -> Status {
    guard let status = state.status, status != .deleted else { throw .notFound }
    return status
  }

  static func check(_ content: Content) throws(QuestionRejection) {
    do {
      try TextRules.optional(content.title, "title")
      try QuestionRules.text(content.question, "question", maximum: 1_000)
    } catch {
      throw .invalid(error)
    }
  }
}

/// Rules that questions and answers share.
enum QuestionRules {
  static let minimum = 10

  /// A text of at least ten characters, white space around it not counted.
  static func text(_ text: String, _ field: String, maximum: Int) throws(FieldError) {
    try TextRules.required(text, field, maximum: maximum)
    guard trimmed(text).unicodeScalars.count >= minimum else { throw FieldError(field, .tooShort(minimum: minimum)) }
  }

  /// Without white space at its ends.
  static func trimmed(_ text: String) -> String {
    var kept = text[...]
    while kept.first?.isWhitespace == true { kept.removeFirst() }
    while kept.last?.isWhitespace == true { kept.removeLast() }
    return String(kept)
  }
}

/// Who does something with a question or an answer.
public enum QuestionActor: Sendable, Hashable {
  /// Sees what is published and what is his own; changes what is his own.
  case user(UserID)
  /// Sees and changes everything.
  case administrator(UserID)

  public var userID: UserID {
    switch self {
    case .user(let user), .administrator(let user): user
    }
  }

  func mayChange(whatIsOf author: UserID) -> Bool {
    switch self {
    case .user(let user): user == author
    case .administrator: true
    }
  }
}

/// Why a command on a question or an answer is refused.
public enum QuestionRejection: Rejection, Hashable {
  /// There is no such question, or it is not there for whoever asks.
  case notFound
  /// The question has no such answer.
  case answerNotFound
  /// A field breaks a rule, or names something that does not exist.
  case invalid(FieldError)
  /// The state does not take this.
  case wrongState(current: Question.Status)
  /// The user has found the answer helpful before.
  case alreadyMarked
  /// Only staff answers officially.
  case staffOnly
}
