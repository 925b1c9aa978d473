public import EventSourcing

/// Answers a question that is there for whoever answers. Answering with the same id again changes nothing.
public struct AnswerQuestion: Command {
  /// Drawn before.
  public var answerID: AnswerID
  public var questionID: QuestionID
  public var actor: QuestionActor
  /// Whether whoever answers may do so in the shop's name.
  public var isStaff: Bool
  public var content: QuestionAnswer.Content

  public init(answerID: AnswerID, questionID: QuestionID, actor: QuestionActor, isStaff: Bool, content: QuestionAnswer.Content) {
    self.answerID = answerID
    self.questionID = questionID
    self.actor = actor
    self.isStaff = isStaff
    self.content = content
  }

  public func decide(in session: inout DecisionSession) throws -> Created<AnswerID> {
    guard try !session.load(QuestionAnswer.self, answerID, isNew: true).exists else { return Created(answerID) }
    try session.requireQuestion(questionID, seenBy: actor, isStaff: isStaff)
    guard !content.isOfficial || isStaff else { throw QuestionRejection.staffOnly }
    try QuestionAnswer.check(content)
    let event: AnswerEvent =
      content.isOfficial
      ? .officiallyAnswered(
        QuestionOfficiallyAnswered(answerID: answerID, questionID: questionID, userID: actor.userID, content: content))
      : .answered(QuestionAnswered(answerID: answerID, questionID: questionID, userID: actor.userID, content: content))
    try session.record([event], on: QuestionAnswer.self, answerID)
    return Created(answerID)
  }
}

/// Gives an answer another text; staff says whether it is official. Changing nothing writes nothing.
public struct RewordAnswer: Command {
  public var answerID: AnswerID
  public var questionID: QuestionID
  public var actor: QuestionActor
  public var isStaff: Bool
  /// What is to become of it; may run several times.
  public var change: @Sendable (inout QuestionAnswer.Content) -> Void

  public init(
    answerID: AnswerID, questionID: QuestionID, actor: QuestionActor, isStaff: Bool,
    change: @escaping @Sendable (inout QuestionAnswer.Content) -> Void
  ) {
    self.answerID = answerID
    self.questionID = questionID
    self.actor = actor
    self.isStaff = isStaff
    self.change = change
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let (state, old) = try session.answer(answerID, to: questionID)
    guard actor.mayChange(whatIsOf: state.userID) else { throw QuestionRejection.answerNotFound }
    var content = old
    change(&content)
    guard content != old else { return NoAnswer() }
    guard content.isOfficial == old.isOfficial || isStaff else { throw QuestionRejection.staffOnly }
    try QuestionAnswer.check(content)
    try session.record(
      [.reworded(AnswerReworded(answerID: answerID, content: content, changedBy: actor.userID))], on: QuestionAnswer.self, answerID)
    return NoAnswer()
  }
}

/// Takes an answer back. Doing it again finds nothing.
public struct DeleteAnswer: Command {
  public var answerID: AnswerID
  public var questionID: QuestionID
  public var actor: QuestionActor

  public init(answerID: AnswerID, questionID: QuestionID, actor: QuestionActor) {
    self.answerID = answerID
    self.questionID = questionID
    self.actor = actor
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let (state, _) = try session.answer(answerID, to: questionID)
    guard actor.mayChange(whatIsOf: state.userID) else { throw QuestionRejection.answerNotFound }
    try session.record([.deleted(AnswerDeleted(answerID: answerID, deletedBy: actor.userID))], on: QuestionAnswer.self, answerID)
    return NoAnswer()
  }
}

/// Somebody finds an answer helpful: once each.
public struct MarkAnswerHelpful: Command {
  public var answerID: AnswerID
  public var questionID: QuestionID
  public var actor: QuestionActor

  public init(answerID: AnswerID, questionID: QuestionID, actor: QuestionActor) {
    self.answerID = answerID
    self.questionID = questionID
    self.actor = actor
  }

  public func decide(in session: inout DecisionSession) throws -> HelpfulAnswer {
    let (state, _) = try session.answer(answerID, to: questionID)
    try session.requireQuestion(questionID, seenBy: actor, isStaff: false)
    guard !state.voters.contains(actor.userID) else { throw QuestionRejection.alreadyMarked }
    let count = Int64(state.voters.count)
    let marked = AnswerMarkedHelpful(
      answerID: answerID, questionID: questionID, userID: actor.userID, previousCount: count, newCount: count + 1)
    try session.record([.markedHelpful(marked)], on: QuestionAnswer.self, answerID)
    return HelpfulAnswer(count: count + 1)
  }
}

extension DecisionSession {
  /// An answer that is there, and what it says.
  fileprivate mutating func answer(_ id: AnswerID, to question: QuestionID) throws -> (QuestionAnswer.State, QuestionAnswer.Content) {
    let state = try load(QuestionAnswer.self, id)
    guard let content = state.content, state.questionID == question else { throw QuestionRejection.answerNotFound }
    return (state, content)
  }

  /// A question that somebody sees: a published one, his own, or any for staff.
  fileprivate mutating func requireQuestion(_ id: QuestionID, seenBy actor: QuestionActor, isStaff: Bool) throws {
    let state = try load(Question.self, id)
    let status = try Question.require(state)
    guard status == .published || isStaff || actor.mayChange(whatIsOf: state.userID) else { throw QuestionRejection.notFound }
  }
}
