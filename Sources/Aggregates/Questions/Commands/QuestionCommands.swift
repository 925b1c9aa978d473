public import EventSourcing

/// Asks a question; it waits for moderation. Asking the same one again changes nothing.
public struct AskQuestion: Command {
  /// Drawn before.
  public var questionID: QuestionID
  public var userID: UserID
  /// Nil for a question about nothing in particular.
  public var productID: ProductID?
  /// Whether the service's copies know the product, and it is not deleted.
  public var isProductKnown: Bool
  public var content: Question.Content

  public init(
    questionID: QuestionID, userID: UserID, productID: ProductID? = nil, isProductKnown: Bool = false, content: Question.Content
  ) {
    self.questionID = questionID
    self.userID = userID
    self.productID = productID
    self.isProductKnown = isProductKnown
    self.content = content
  }

  public func decide(in session: inout DecisionSession) throws -> Created<QuestionID> {
    guard try session.load(Question.self, questionID, isNew: true).status == nil else { return Created(questionID) }
    try Question.check(content)
    guard productID == nil || isProductKnown else { throw QuestionRejection.invalid(FieldError("product_id", .unknown)) }
    let asked = QuestionAsked(questionID: questionID, userID: userID, productID: productID, content: content)
    try session.record([.asked(asked)], on: Question.self, questionID)
    return Created(questionID)
  }
}

/// Lets everybody see a question. Doing it again changes nothing.
public struct PublishQuestion: Command {
  public var questionID: QuestionID
  public var publishedBy: UserID?

  public init(questionID: QuestionID, publishedBy: UserID?) {
    self.questionID = questionID
    self.publishedBy = publishedBy
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(Question.self, questionID)
    guard try Question.require(state) == .pending else { return NoAnswer() }
    let published = QuestionPublished(
      questionID: questionID, userID: state.userID, productID: state.productID, question: state.content.question, publishedBy: publishedBy)
    try session.record([.published(published)], on: Question.self, questionID)
    return NoAnswer()
  }
}

/// Refuses a question that waits for moderation; it is deleted. A published one is not rejected any more.
public struct RejectQuestion: Command {
  public var questionID: QuestionID
  public var rejectedBy: UserID

  public init(questionID: QuestionID, rejectedBy: UserID) {
    self.questionID = questionID
    self.rejectedBy = rejectedBy
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let status = try Question.require(session.load(Question.self, questionID))
    guard status == .pending else { throw QuestionRejection.wrongState(current: status) }
    try session.record(
      [.rejected(QuestionRejected(questionID: questionID, rejectedBy: rejectedBy))], on: Question.self, questionID)
    return NoAnswer()
  }
}

/// Gives a question another text. What its author changes waits for moderation again. Changing nothing writes nothing.
public struct RewordQuestion: Command {
  public var questionID: QuestionID
  public var actor: QuestionActor
  /// What is to become of it; may run several times.
  public var change: @Sendable (inout Question.Content) -> Void

  public init(questionID: QuestionID, actor: QuestionActor, change: @escaping @Sendable (inout Question.Content) -> Void) {
    self.questionID = questionID
    self.actor = actor
    self.change = change
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(Question.self, questionID)
    let status = try Question.require(state)
    guard actor.mayChange(whatIsOf: state.userID) else { throw QuestionRejection.notFound }
    var content = state.content
    change(&content)
    guard content != state.content else { return NoAnswer() }
    try Question.check(content)
    let isModerator = if case .administrator = actor { true } else { false }
    let reworded = QuestionReworded(
      questionID: questionID, content: content, isPublished: status == .published && isModerator, changedBy: actor.userID)
    try session.record([.reworded(reworded)], on: Question.self, questionID)
    return NoAnswer()
  }
}

/// Takes a question back; its answers are no longer seen. Doing it again finds nothing.
public struct DeleteQuestion: Command {
  public var questionID: QuestionID
  public var actor: QuestionActor

  public init(questionID: QuestionID, actor: QuestionActor) {
    self.questionID = questionID
    self.actor = actor
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    let state = try session.load(Question.self, questionID)
    _ = try Question.require(state)
    guard actor.mayChange(whatIsOf: state.userID) else { throw QuestionRejection.notFound }
    try session.record(
      [.deleted(QuestionDeleted(questionID: questionID, deletedBy: actor.userID))], on: Question.self, questionID)
    return NoAnswer()
  }
}

/// Brings a default question, published, with the shop's answer; unless its id was ever used.
public struct SeedQuestion: Command {
  public var questionID: QuestionID
  /// The id of its answer.
  public var answerID: AnswerID
  public var author: UserID
  public var content: Question.Content
  public var answer: String

  public init(questionID: QuestionID, answerID: AnswerID, author: UserID, content: Question.Content, answer: String) {
    self.questionID = questionID
    self.answerID = answerID
    self.author = author
    self.content = content
    self.answer = answer
  }

  public func decide(in session: inout DecisionSession) throws -> NoAnswer {
    guard try session.load(Question.self, questionID).status == nil else { return NoAnswer() }
    _ = try AskQuestion(questionID: questionID, userID: author, content: content).decide(in: &session)
    _ = try PublishQuestion(questionID: questionID, publishedBy: author).decide(in: &session)
    _ = try AnswerQuestion(
      answerID: answerID, questionID: questionID, actor: .administrator(author), isStaff: true,
      content: QuestionAnswer.Content(answer: answer, isOfficial: true)
    ).decide(in: &session)
    return NoAnswer()
  }
}
