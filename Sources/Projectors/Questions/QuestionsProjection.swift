import Aggregates
import EventSourcing

extension Projection {
  /// `questions_service_db`: questions and their answers.
  public static let questions = Projection(
    database: "questions_service_db", ownCategories: [Question.category, QuestionAnswer.category],
    tables: [QuestionTables.questions, QuestionTables.answers, QuestionTables.products, users.table],
    handlers: asked + answered + productCopies + users.handlers)

  private static let users = UserCopies()

  private static let asked: [EventHandler] = [
    .on(QuestionAsked.self) { event, facts, rows in
      rows.insert(
        into: QuestionTables.questions,
        [
          "id": .id(event.questionID), "user_id": .id(event.userID), "product_id": .id(event.productID),
          "title": .text(event.content.title),
          "question": .text(event.content.question), "is_published": false, "created_at": .timestamp(facts.occurredAt),
          "updated_at": .timestamp(facts.occurredAt),
        ])
    },
    .on(QuestionPublished.self) { event, facts, rows in
      rows.update(
        QuestionTables.questions, .id(event.questionID), set: ["is_published": true, "updated_at": .timestamp(facts.occurredAt)])
    },
    .on(QuestionReworded.self) { event, facts, rows in
      rows.update(
        QuestionTables.questions, .id(event.questionID),
        set: [
          "title": .text(event.content.title), "question": .text(event.content.question), "is_published": .bool(event.isPublished),
          "updated_at": .timestamp(facts.occurredAt),
        ])
    },
    .on(QuestionRejected.self) { event, facts, rows in delete(event.questionID, facts, &rows) },
    // Its answers stay; nobody finds them without it.
    .on(QuestionDeleted.self) { event, facts, rows in delete(event.questionID, facts, &rows) },
  ]

  private static let answered: [EventHandler] = [
    .on(QuestionAnswered.self) { event, facts, rows in insert(event.answerID, event.questionID, event.userID, event.content, facts, &rows)
    },
    .on(QuestionOfficiallyAnswered.self) { event, facts, rows in
      insert(event.answerID, event.questionID, event.userID, event.content, facts, &rows)
    },
    .on(AnswerReworded.self) { event, facts, rows in
      rows.update(
        QuestionTables.answers, .id(event.answerID),
        set: [
          "answer": .text(event.content.answer), "is_official": .bool(event.content.isOfficial),
          "updated_at": .timestamp(facts.occurredAt),
        ])
    },
    // A vote is no change of the answer: `updated_at` stays.
    .on(AnswerMarkedHelpful.self) { event, _, rows in
      rows.update(QuestionTables.answers, .id(event.answerID), set: ["is_helpful_count": .int(event.newCount)])
    },
    .on(AnswerDeleted.self) { event, facts, rows in
      rows.update(
        QuestionTables.answers, .id(event.answerID),
        set: ["updated_at": .timestamp(facts.occurredAt), "deleted_at": .timestamp(facts.occurredAt)])
    },
  ]

  private static let productCopies: [EventHandler] = [
    .on(ProductAdded.self) { event, _, rows in rows.insert(into: QuestionTables.products, ["id": .id(event.productID)]) },
    .on(ProductDeleted.self) { event, facts, rows in
      rows.update(QuestionTables.products, .id(event.productID), set: ["deleted_at": .timestamp(facts.occurredAt)])
    },
  ]

  private static func delete(_ id: QuestionID, _ facts: EventFacts, _ rows: inout RowChanges) {
    rows.update(
      QuestionTables.questions, .id(id),
      set: ["updated_at": .timestamp(facts.occurredAt), "deleted_at": .timestamp(facts.occurredAt)])
  }

  private static func insert(
    _ id: AnswerID, _ question: QuestionID, _ user: UserID, _ content: QuestionAnswer.Content, _ facts: EventFacts, _ rows: inout RowChanges
  ) {
    rows.insert(
      into: QuestionTables.answers,
      [
        "id": .id(id), "question_id": .id(question), "user_id": .id(user), "answer": .text(content.answer),
        "is_official": .bool(content.isOfficial), "is_helpful_count": 0, "created_at": .timestamp(facts.occurredAt),
        "updated_at": .timestamp(facts.occurredAt),
      ])
  }
}

/// The tables of `questions_service_db`.
enum QuestionTables {
  static let questions = Table(
    "questions",
    [
      Column("id", .bigint), Column("user_id", .bigint), Column("product_id", .bigint), Column("title", .text), Column("question", .text),
      Column("is_published", .boolean), Column("created_at", .timestamptz), Column("updated_at", .timestamptz),
      Column("deleted_at", .timestamptz),
    ])
  static let answers = Table(
    "answers", references: ["question_id": "questions"],
    [
      Column("id", .bigint), Column("question_id", .bigint), Column("user_id", .bigint), Column("answer", .text),
      Column("is_official", .boolean), Column("is_helpful_count", .integer), Column("created_at", .timestamptz),
      Column("updated_at", .timestamptz), Column("deleted_at", .timestamptz),
    ])
  /// Whether a question can be about a product, and is to be seen.
  static let products = Table(
    "product_copies", part: .copies, [Column("id", .bigint), Column("deleted_at", .timestamptz)])
}
