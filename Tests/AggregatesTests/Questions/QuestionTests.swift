import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

@Suite struct QuestionTests {
  private let question = QuestionID(1_000)
  private let answer = AnswerID(1_000)
  private let author = UserID(1)
  private let other = UserID(2)
  private let admin = QuestionActor.administrator(UserID(9))

  private func ask(_ text: String = "What is it made of?", product: ProductID? = nil, known: Bool = true) -> AskQuestion {
    AskQuestion(
      questionID: question, userID: author, productID: product, isProductKnown: known, content: Question.Content(question: text))
  }

  private func reply(by user: UserID, _ text: String = "It is made of wool.", official: Bool = false, staff: Bool = false) -> AnswerQuestion
  {
    AnswerQuestion(
      answerID: answer, questionID: question, actor: .user(user), isStaff: staff,
      content: QuestionAnswer.Content(answer: text, isOfficial: official))
  }

  private func published() async throws -> Scenario {
    try await Scenario().given(ask()).given(PublishQuestion(questionID: question, publishedBy: UserID(9)))
  }

  @Test func `a question waits until it is published, and is published once`() async throws {
    let scenario = try await Scenario().given(ask())
    #expect(try await scenario.state(of: Question.self, question).status == .pending)
    try await scenario.when(ask("Something else altogether")).thenNothing()
    _ = try await scenario.given(PublishQuestion(questionID: question, publishedBy: nil))
    try await scenario.when(PublishQuestion(questionID: question, publishedBy: nil)).thenNothing()
    try await scenario.when(RejectQuestion(questionID: question, rejectedBy: UserID(9)))
      .thenRejected(QuestionRejection.wrongState(current: .published))
  }

  @Test(arguments: [
    ("         a         ", FieldError.Reason.tooShort(minimum: 10)), ("  ", .blank),
    (String(repeating: "x", count: 1_001), .tooLong(maximum: 1_000)),
  ])
  func `a question has ten to a thousand characters`(text: String, reason: FieldError.Reason) async throws {
    try await Scenario().when(ask(text)).thenRejected(QuestionRejection.invalid(FieldError("question", reason)))
  }

  @Test func `a question about a product that nobody knows is refused`() async throws {
    try await Scenario().when(ask(product: ProductID(7), known: false))
      .thenRejected(QuestionRejection.invalid(FieldError("product_id", .unknown)))
    _ = try await Scenario().given(ask(product: ProductID(7)))
  }

  @Test func `a rejected question is gone`() async throws {
    let scenario = try await Scenario().given(ask()).given(RejectQuestion(questionID: question, rejectedBy: UserID(9)))
    try await scenario.when(PublishQuestion(questionID: question, publishedBy: nil)).thenRejected(QuestionRejection.notFound)
    try await scenario.when(RejectQuestion(questionID: question, rejectedBy: UserID(9))).thenRejected(QuestionRejection.notFound)
    try await scenario.when(DeleteQuestion(questionID: question, actor: .user(author))).thenRejected(QuestionRejection.notFound)
  }

  @Test func `what its author changes waits again; what a moderator changes does not`() async throws {
    let scenario = try await published()
    _ = try await scenario.given(RewordQuestion(questionID: question, actor: admin) { $0.title = "Made of" })
    #expect(try await scenario.state(of: Question.self, question).status == .published)
    try await scenario.when(RewordQuestion(questionID: question, actor: .user(other)) { $0.title = "Mine" })
      .thenRejected(QuestionRejection.notFound)
    _ = try await scenario.given(RewordQuestion(questionID: question, actor: .user(author)) { $0.question = "What is it made of, then?" })
    #expect(try await scenario.state(of: Question.self, question).status == .pending)
    try await scenario.when(RewordQuestion(questionID: question, actor: .user(author)) { _ in }).thenNothing()
  }

  @Test func `an answer belongs to a question that is there for whoever answers`() async throws {
    let pending = try await Scenario().given(ask())
    try await pending.when(reply(by: other)).thenRejected(QuestionRejection.notFound)
    _ = try await pending.given(reply(by: author))
    let scenario = try await published()
    try await scenario.when(reply(by: other, "short")).thenRejected(
      QuestionRejection.invalid(FieldError("answer", .tooShort(minimum: 10))))
    try await scenario.when(reply(by: other, official: true)).thenRejected(QuestionRejection.staffOnly)
    let given = AnswerEvent.officiallyAnswered(
      QuestionOfficiallyAnswered(
        answerID: answer, questionID: question, userID: other,
        content: QuestionAnswer.Content(answer: "It is made of wool.", isOfficial: true)))
    try await scenario.when(reply(by: other, official: true, staff: true)).then(given, on: QuestionAnswer.self, answer).andNothingElse()
    try await scenario.when(reply(by: other)).thenNothing()
  }

  @Test func `everybody finds an answer helpful once`() async throws {
    let scenario = try await published().given(reply(by: other))
    func mark(_ user: Int64) -> MarkAnswerHelpful {
      MarkAnswerHelpful(answerID: answer, questionID: question, actor: .user(UserID(user)))
    }
    #expect(try await scenario.when(mark(3)).answer?.count == 1)
    #expect(try await scenario.when(mark(4)).answer?.count == 2)
    try await scenario.when(mark(3)).thenRejected(QuestionRejection.alreadyMarked)
    let elsewhere = MarkAnswerHelpful(answerID: answer, questionID: QuestionID(5), actor: .user(UserID(5)))
    try await scenario.when(elsewhere).thenRejected(QuestionRejection.answerNotFound)
  }

  @Test func `an answer is changed and deleted by its author or an administrator`() async throws {
    let scenario = try await published().given(reply(by: other))
    func reword(
      _ actor: QuestionActor, staff: Bool = false, _ change: @escaping @Sendable (inout QuestionAnswer.Content) -> Void
    ) -> RewordAnswer {
      RewordAnswer(answerID: answer, questionID: question, actor: actor, isStaff: staff, change: change)
    }
    try await scenario.when(reword(.user(author)) { $0.answer = "Not mine at all." }).thenRejected(QuestionRejection.answerNotFound)
    try await scenario.when(reword(.user(other)) { $0.isOfficial = true }).thenRejected(QuestionRejection.staffOnly)
    _ = try await scenario.given(reword(admin, staff: true) { $0.isOfficial = true })
      .given(DeleteAnswer(answerID: answer, questionID: question, actor: .user(other)))
    try await scenario.when(DeleteAnswer(answerID: answer, questionID: question, actor: admin))
      .thenRejected(QuestionRejection.answerNotFound)
  }

  @Test func `the default questions are published and answered, and are not brought a second time`() async throws {
    let scenario = Scenario()
    for row in Question.defaultRows {
      let seed = SeedQuestion(questionID: row.id, answerID: row.answerID, author: UserID(1), content: row.content, answer: row.answer)
      #expect(try await scenario.when(seed).recorded.map(\.type) == ["QuestionAsked", "QuestionPublished", "QuestionOfficiallyAnswered"])
      try await scenario.when(seed).thenNothing()
    }
    #expect(Question.defaultRows.map(\.id.rawValue) == [1, 2, 3, 4, 5])
  }
}
