public import EventSourcing
public import HashTreeCollections

/// An answer to a question (stream `answer-<id>`). Whoever found it helpful is known to this stream alone.
public enum QuestionAnswer: Aggregate {
  public static let category = "answer"
  public static let initialState = State()

  /// What an answer says.
  public struct Content: Hashable, Sendable {
    /// 10 to 2,000 characters.
    public var answer: String
    /// Given in the shop's name.
    public var isOfficial: Bool

    public init(answer: String, isOfficial: Bool = false) {
      self.answer = answer
      self.isOfficial = isOfficial
    }
  }

  public struct State: Sendable {
    /// Nil: no such answer, or no longer.
    public internal(set) var content: Content?
    public internal(set) var questionID = QuestionID(0)
    public internal(set) var userID = UserID(0)
    /// Who found it helpful.
    public internal(set) var voters: TreeSet<UserID> = []
    /// Whether there ever was such an answer.
    public internal(set) var exists = false
  }

  public static func evolve(_ state: inout State, _ event: AnswerEvent) {
    switch event {
    case .answered(let event): give(&state, event)
    case .officiallyAnswered(let event): give(&state, event)
    case .reworded(let event): state.content = event.content
    case .markedHelpful(let event): state.voters.insert(event.userID)
    case .deleted: state.content = nil
    }
  }

  private static func give<Kind>(_ state: inout State, _ event: AnswerGiven<Kind>) {
    state.content = event.content
    state.questionID = event.questionID
    state.userID = event.userID
    state.exists = true
  }

  static func check(_ content: Content) throws(QuestionRejection) {
    do {
      try QuestionRules.text(content.answer, "answer", maximum: 2_000)
    } catch {
      throw .invalid(error)
    }
  }
}
