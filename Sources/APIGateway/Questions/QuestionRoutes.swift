import Aggregates
import EventSourcing
import HTTPTypes
import JSON
import Postgres

/// Questions and answers: what everybody reads, what who signed in writes, and moderation.
enum QuestionRoutes {
  static let group = RouteGroup(
    service: "questions",
    routes: [HealthRoutes.route(of: "questions", hasStatus: true) { $0.reads.questions }]
      + published.cached { $0.reads.questions } + questions + answers + moderation)

  private static let published: [Route] = [
    .list(
      "/public/questions", "publishedQuestions", "Published questions, newest first", in: NoInput.self, access: .everyone,
      from: { $0.reads.questions }, QuestionResources.published
    ) { _, _ in [] },
    .row(
      "/public/questions/{id}", "publishedQuestion", "A published question", in: IDInput<QuestionID>.self, access: .everyone,
      from: { $0.reads.questions }, QuestionResources.onePublished
    ) { input, _ in [.int64(input.id.rawValue)] },
    .whole(
      "/public/questions/{id}/answers", "publishedAnswers", "Its answers: official ones first, then the most helpful",
      in: IDInput<QuestionID>.self, access: .everyone, from: { $0.reads.questions }, QuestionResources.publishedAnswers
    ) { input, _ in [.int64(input.id.rawValue)] },
    .row(
      "/public/questions/{id}/answers/{answerId}", "publishedAnswer", "One of its answers", in: AnswerInput.self, access: .everyone,
      from: { $0.reads.questions }, QuestionResources.onePublishedAnswer
    ) { input, _ in [.int64(input.questionID.rawValue), .int64(input.answerID.rawValue)] },
    .list(
      "/public/search", "searchQuestions", "Published questions with words like these, in their answers too; the most alike first",
      in: SearchInput.self, access: .everyone, from: { $0.reads.questions }, QuestionResources.found
    ) { input, _ in [.text(input.text)] },
  ]

  private static let questions: [Route] = [
    .list(
      "/questions", "questions", "Questions that are published or one's own; an administrator sees all", in: NoInput.self,
      access: .bearer, from: { $0.reads.questions }, choosing: QuestionResources.all
    ) { _, call in
      call.user.isAdministrator ? (QuestionResources.all, []) : (QuestionResources.seen, [.int64(call.user.userID.rawValue)])
    },
    Route(
      .post, "/questions", "askQuestion", "Asks a question; it waits for moderation", in: NewQuestion.self, out: Schema.reference.asData,
      status: 201, access: .bearer, idempotency: .optional, problems: [.unknownReference], handler: ask),
    .row(
      "/questions/{id}", "question", "A question", in: IDInput<QuestionID>.self, access: .bearer, from: { $0.reads.questions },
      QuestionResources.one
    ) { input, call in [call.questionViewer, .int64(input.id.rawValue)] },
    Route(
      .put, "/questions/{id}", "rewordQuestion", "Changes a question; an author's change waits for moderation", in: QuestionChange.self,
      out: Schema.reference.asData, access: .bearer, idempotency: .none, problems: []
    ) { input, call in
      let command = RewordQuestion(questionID: input.id, actor: call.user.questionActor) { input.apply(to: &$0) }
      return .reference(try await call.execute(command), input.id)
    },
    Route(
      .delete, "/questions/{id}", "deleteQuestion", "Takes a question back", in: IDInput<QuestionID>.self, out: nil, status: 204,
      access: .bearer, idempotency: .none, problems: []
    ) { input, call in
      .command(try await call.execute(DeleteQuestion(questionID: input.id, actor: call.user.questionActor)))
    },
  ]

  private static let answers: [Route] = [
    .whole(
      "/questions/{id}/answers", "answers", "A question's answers: official ones first, then the most helpful",
      in: IDInput<QuestionID>.self, access: .bearer, from: { $0.reads.questions }, QuestionResources.answers
    ) { input, call in [call.questionViewer, .int64(input.id.rawValue)] },
    Route(
      .post, "/questions/{id}/answers", "answerQuestion", "Answers a question; staff may do so officially", in: NewAnswer.self,
      out: Schema.reference.asData, status: 201, access: .bearer, idempotency: .optional, problems: [.forbidden], handler: answer),
    .row(
      "/questions/{id}/answers/{answerId}", "answer", "An answer", in: AnswerInput.self, access: .bearer,
      from: { $0.reads.questions }, QuestionResources.oneAnswer
    ) { input, call in [call.questionViewer, .int64(input.questionID.rawValue), .int64(input.answerID.rawValue)] },
    Route(
      .put, "/questions/{id}/answers/{answerId}", "rewordAnswer", "Changes an answer", in: AnswerChange.self,
      out: Schema.reference.asData, access: .bearer, idempotency: .none, problems: [.forbidden]
    ) { input, call in
      let place = input.place
      let command = RewordAnswer(
        answerID: place.answerID, questionID: place.questionID, actor: call.user.questionActor, isStaff: try await call.isAgent()
      ) { input.apply(to: &$0) }
      return .reference(try await call.execute(command), place.answerID)
    },
    Route(
      .delete, "/questions/{id}/answers/{answerId}", "deleteAnswer", "Takes an answer back", in: AnswerInput.self, out: nil, status: 204,
      access: .bearer, idempotency: .none, problems: []
    ) { input, call in
      .command(
        try await call.execute(
          DeleteAnswer(answerID: input.answerID, questionID: input.questionID, actor: call.user.questionActor)))
    },
    Route(
      .post, "/questions/{id}/answers/{answerId}/helpful", "markAnswerHelpful", "Finds an answer helpful, once", in: AnswerInput.self,
      out: helpful.asData, access: .bearer, idempotency: .optional, problems: [.stateConflict]
    ) { input, call in
      let outcome = try await call.execute(
        MarkAnswerHelpful(answerID: input.answerID, questionID: input.questionID, actor: call.user.questionActor))
      return .command(outcome) { json in
        json.field("id", input.answerID)
        json.field("is_helpful_count", outcome.answer?.count ?? 0)
      }
    },
  ]

  private static let moderation: [Route] = [
    .list(
      "/admin/questions/pending", "pendingQuestions", "Questions that wait for moderation, oldest first", in: NoInput.self,
      access: .administrators, from: { $0.reads.questions }, QuestionResources.pending
    ) { _, _ in [] },
    Route(
      .post, "/admin/questions/{id}/approve", "publishQuestion", "Lets everybody see a question", in: IDInput<QuestionID>.self,
      out: Schema.reference.asData, access: .administrators, idempotency: .optional, problems: []
    ) { input, call in
      .reference(try await call.execute(PublishQuestion(questionID: input.id, publishedBy: call.user.userID)), input.id)
    },
    Route(
      .post, "/admin/questions/{id}/reject", "rejectQuestion", "Refuses a question that waits; it is deleted",
      in: IDInput<QuestionID>.self, out: nil, status: 204, access: .administrators, idempotency: .optional, problems: [.stateConflict]
    ) { input, call in
      .command(try await call.execute(RejectQuestion(questionID: input.id, rejectedBy: call.user.userID)))
    },
    Route(
      .patch, "/admin/questions/{id}", "editQuestion", "Changes a question's text; it stays as published as it is",
      in: QuestionChange.self, out: Schema.reference.asData, access: .administrators, idempotency: .none, precondition: .ifMatch,
      problems: []
    ) { input, call in
      let command = RewordQuestion(questionID: input.id, actor: call.user.questionActor) { input.apply(to: &$0) }
      return .reference(try await call.execute(command, ifMatch: Question.self, input.id), input.id)
    },
  ]

  // MARK: Commands

  @Sendable private static func ask(_ input: NewQuestion, _ call: Call) async throws -> Reply {
    var isProductKnown = false
    if let product = input.productID { isProductKnown = try await isKnown(product, call) }
    let id = QuestionID(try await call.nextID("question"))
    let outcome = try await call.execute(
      AskQuestion(
        questionID: id, userID: call.user.userID, productID: input.productID, isProductKnown: isProductKnown, content: input.content))
    let made = outcome.answer?.id ?? id
    return .reference(outcome, made, location: "/api/v1/questions/questions/\(made)")
  }

  /// What is not there may have been made a moment ago, so a miss waits once until the copies have seen all that is in the log now.
  private static func isKnown(_ product: ProductID, _ call: Call) async throws -> Bool {
    let side = call.services.reads.questions
    let (result, position) = try await side.query(QuestionResources.isProductKnown, [.int64(product.rawValue)], call)
    if try result[0].bool(1) { return true }
    let head = try await call.services.log.head()
    guard position < head, try await side.wait(for: head, atMost: .seconds(1)) > position else { return false }
    return try await side.query(QuestionResources.isProductKnown, [.int64(product.rawValue)], call).0[0].bool(1)
  }

  @Sendable private static func answer(_ input: NewAnswer, _ call: Call) async throws -> Reply {
    let id = AnswerID(try await call.nextID("answer"))
    let outcome = try await call.execute(
      AnswerQuestion(
        answerID: id, questionID: input.questionID, actor: call.user.questionActor, isStaff: try await call.isAgent(),
        content: input.content))
    let made = outcome.answer?.id ?? id
    return .reference(outcome, made, location: "/api/v1/questions/questions/\(input.questionID)/answers/\(made)")
  }

  private static let helpful = Schema.object("HelpfulAnswer", ["id": .id, "is_helpful_count": .integer])
}

extension Caller {
  /// As questions know him.
  fileprivate var questionActor: QuestionActor { isAdministrator ? .administrator(userID) : .user(userID) }
}

extension Call {
  /// The parameter by which a statement tells whether the caller sees a question.
  fileprivate var questionViewer: PostgresValue { user.isAdministrator ? .null : .int64(user.userID.rawValue) }
}
