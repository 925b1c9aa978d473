import Aggregates

struct NewQuestion: RouteInput {
  let productID: ProductID?
  let content: Question.Content

  init(_ fields: inout InputReader) {
    productID = fields.optional("product_id", .id(ProductID.self))
    content = Question.Content(
      title: fields.optional("title", .text(255)), question: fields.text("question", .text(1_000, min: 10)))
  }
}

/// A change of a question: what is left out stays.
struct QuestionChange: RouteInput {
  let id: QuestionID
  let title: Change<String>
  let question: String?

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(QuestionID.self))
    title = fields.nullableChange("title", .text(255))
    question = fields.changedText("question", .text(1_000, min: 10))
  }

  func apply(to content: inout Question.Content) {
    content.title = title.applied(to: content.title)
    content.question = question ?? content.question
  }
}

/// An answer of a question, in a path.
struct AnswerInput: RouteInput {
  let questionID: QuestionID
  let answerID: AnswerID

  init(_ fields: inout InputReader) {
    questionID = fields.path("id", .id(QuestionID.self))
    answerID = fields.path("answerId", .id(AnswerID.self))
  }
}

struct NewAnswer: RouteInput {
  let questionID: QuestionID
  let content: QuestionAnswer.Content

  init(_ fields: inout InputReader) {
    questionID = fields.path("id", .id(QuestionID.self))
    content = QuestionAnswer.Content(
      answer: fields.text("answer", .text(2_000, min: 10)), isOfficial: fields.optional("is_official", .bool) ?? false)
  }
}

/// A change of an answer: what is left out stays.
struct AnswerChange: RouteInput {
  let place: AnswerInput
  let answer: String?
  let isOfficial: Bool?

  init(_ fields: inout InputReader) {
    place = AnswerInput(&fields)
    answer = fields.changedText("answer", .text(2_000, min: 10))
    isOfficial = fields.change("is_official", .bool)
  }

  func apply(to content: inout QuestionAnswer.Content) {
    content.answer = answer ?? content.answer
    content.isOfficial = isOfficial ?? content.isOfficial
  }
}

extension InputReader {
  /// A compulsory text under its name, or under the original's `body`.
  fileprivate mutating func text(_ name: String, _ type: TextField) -> String {
    let named = optional(name, type)
    let value = optional("body", type) ?? named
    if value == nil, !faults.contains(where: { $0.pointer == "/\(name)" || $0.pointer == "/body" }) { fault("/\(name)", .missingField) }
    return value ?? type.placeholder
  }

  /// A changed text under its name, or under the original's `body`.
  fileprivate mutating func changedText(_ name: String, _ type: TextField) -> String? {
    let named = change(name, type)
    return change("body", type) ?? named
  }
}
