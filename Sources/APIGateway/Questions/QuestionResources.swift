import Aggregates
import Postgres

/// What answers show of questions_service_db.
enum QuestionResources {
  /// A question about a product that is no longer sold is kept, and hidden.
  private static let isOfLivingProduct =
    "not exists (select from product_copies pc where pc.id = q.product_id and pc.deleted_at is not null)"

  static let question = Resource(
    "question", schema: "Question", table: "questions", from: "questions q", id: "q.id", where: "q.deleted_at is null",
    stream: .init(Question.category),
    fields: [.id("id", "q.id"), .id("user_id", "q.user_id"), .text("title", "q.title").nullable] + questionFields,
    relations: [.many("answers", answerOfQuestion, on: answerCondition, order: answerOrder)], filters: [.id("product_id", "q.product_id")])

  /// For everybody: without its author's account, and with a title in any case.
  private static let publicQuestion = Resource(
    "question", schema: "PublicQuestion", table: "questions", from: "questions q", id: "q.id",
    where: "q.deleted_at is null and q.is_published and \(isOfLivingProduct)",
    stream: .init(Question.category, isAggregate: false),
    fields: [.id("id", "q.id"), .text("title", "coalesce(q.title, q.question)")] + questionFields,
    relations: [.many("answers", publicAnswerOfQuestion, on: answerCondition, order: answerOrder)],
    filters: [.id("product_id", "q.product_id")])

  /// First name and initial; null where the author is no longer there, and shown as a deleted user.
  private static func author(_ row: String) -> Resource.Field {
    .text(
      "author",
      """
      (select concat_ws(' ', nullif(u.firstname, ''), nullif(left(u.lastname, 1), '') || '.') from users u
        where u.id = \(row).user_id and u.deleted_at is null)
      """
    ).nullable
  }

  private static let questionFields: [Resource.Field] = [
    author("q"),
    .id("product_id", "q.product_id").nullable, .text("question", "q.question"), .bool("is_published", "q.is_published"),
    .integer("answers_count", "(select count(*) from answers n where n.question_id = q.id and n.deleted_at is null)"),
    .time("created_at", "q.created_at").nullable.sortable, .time("updated_at", "q.updated_at").nullable,
  ]

  static let answer = Resource(
    "answer", schema: "Answer", table: "answers", from: "answers a join questions q on q.id = a.question_id", id: "a.id",
    where: "a.deleted_at is null and q.deleted_at is null", stream: .init(QuestionAnswer.category),
    fields: [.id("id", "a.id"), .id("question_id", "a.question_id"), .id("user_id", "a.user_id")] + answerFields)

  private static let publicAnswer = Resource(
    "answer", schema: "PublicAnswer", table: "answers", from: "answers a join questions q on q.id = a.question_id", id: "a.id",
    where: "a.deleted_at is null and q.deleted_at is null and q.is_published and \(isOfLivingProduct)",
    stream: .init(QuestionAnswer.category, isAggregate: false),
    fields: [.id("id", "a.id"), .id("question_id", "a.question_id")] + answerFields)

  /// Answers where they stand inside their question.
  private static let answerOfQuestion = Resource(
    "answer", table: "answers", from: "answers a", id: "a.id",
    fields: [.id("id", "a.id"), .id("question_id", "a.question_id"), .id("user_id", "a.user_id")] + answerFields)
  private static let publicAnswerOfQuestion = Resource(
    "answer", table: "answers", from: "answers a", id: "a.id",
    fields: [.id("id", "a.id"), .id("question_id", "a.question_id")] + answerFields)

  private static let answerFields: [Resource.Field] = [
    author("a"),
    .text("answer", "a.answer"), .bool("is_official", "a.is_official"), .integer("is_helpful_count", "a.is_helpful_count"),
    .time("created_at", "a.created_at").nullable, .time("updated_at", "a.updated_at").nullable,
  ]
  private static let answerCondition = "a.question_id = q.id and a.deleted_at is null"
  /// The order in which answers are shown: the shop's own, then the most helpful, then the oldest.
  private static let answerOrder = "a.is_official desc, a.is_helpful_count desc, a.created_at, a.id"

  // MARK: Queries for everybody

  static let published = Listing("questions.published", publicQuestion, defaultSort: "-created_at")
  /// `$1` bigint: the question, and likewise below.
  static let onePublished = RowQuery("questions.published_one", publicQuestion, where: "q.id = $1")
  static let publishedAnswers = WholeQuery(
    "questions.published_answers", publicAnswer, where: "q.id = $1", order: answerOrder,
    ifThereIs: "exists (select from questions q where q.id = $1 and \(publicQuestion.condition!))")
  /// `$2` bigint: the answer.
  static let onePublishedAnswer = RowQuery(
    "questions.published_answer", publicAnswer, where: "q.id = $1 and a.id = $2", isByID: false)

  /// `$1` text: words of a question, its title or its answers, one of them perhaps with a typing error.
  static let found = Listing(
    "questions.found", foundQuestion,
    where: [
      """
      q.id = any (array(
        select s.id from questions s where internal.fold(coalesce(s.title, '') || ' ' || s.question) %> internal.fold($1)
        union select s.question_id from answers s where s.deleted_at is null and internal.fold(s.answer) %> internal.fold($1)))
      """
    ], fixedParameters: 1, defaultSort: "-relevance", defaultLimit: 10)

  private static let foundQuestion = Resource(
    "question", schema: "FoundQuestion", table: "questions", from: "questions q", id: "q.id", where: publicQuestion.condition,
    stream: publicQuestion.stream,
    fields: publicQuestion.fields + [
      .decimal(
        "relevance",
        """
        round(greatest(
          internal.word_similarity(internal.fold($1), internal.fold(coalesce(q.title, '') || ' ' || q.question)),
          (select max(internal.word_similarity(internal.fold($1), internal.fold(s.answer))) from answers s
            where s.question_id = q.id and s.deleted_at is null))::numeric, 4)
        """
      ).sortable
    ], relations: publicQuestion.relations, filters: publicQuestion.filters)

  // MARK: Queries for who signed in

  /// Whether a caller sees the question `q`. `$1` bigint: the caller; null for an administrator, who sees all.
  private static let isVisible = "($1::bigint is null or q.user_id = $1 or (q.is_published and \(isOfLivingProduct)))"

  static let all = Listing("questions.all", question, defaultSort: "-created_at")
  /// `$1` bigint: the caller.
  static let seen = Listing(
    "questions.seen", question, where: ["(q.user_id = $1 or (q.is_published and \(isOfLivingProduct)))"], fixedParameters: 1,
    defaultSort: "-created_at")
  static let pending = Listing("questions.pending", question, where: ["not q.is_published"], defaultSort: "created_at")
  /// `$2` bigint: the question, and likewise below.
  static let one = RowQuery("questions.one", question, where: "q.id = $2 and \(isVisible)", isByID: false)
  static let answers = WholeQuery(
    "questions.answers", answer, where: "q.id = $2 and \(isVisible)", order: answerOrder,
    ifThereIs: "exists (select from questions q where q.id = $2 and q.deleted_at is null and \(isVisible))")
  /// `$3` bigint: the answer.
  static let oneAnswer = RowQuery(
    "questions.answer", answer, where: "q.id = $2 and \(isVisible) and a.id = $3", isByID: false)

  // MARK: What commands ask

  /// `$1` bigint: a product. Whether it is known, and not deleted.
  static let isProductKnown = PostgresStatement(
    "questions.is_product_known",
    "select \(ReadSide.positionSQL), exists (select from product_copies p where p.id = $1 and p.deleted_at is null)")
}
