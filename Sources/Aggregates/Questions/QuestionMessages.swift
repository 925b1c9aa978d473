import EventSourcing
import JSON

/// What other services hear of questions and answers.
public enum QuestionMessages {
  public static let all: [MessageTranslation] = [
    MessageTranslation(QuestionAsked.self, "questions.question.asked") { json, question, event in
      question.encode(to: &json)
      json.field("is_published", false)
      json.field("created_at", event.occurredAt)
    },
    MessageTranslation(QuestionPublished.self, "questions.question.published", adding: { $0.field("published_at", $1) }),
    MessageTranslation(QuestionAnswered.self, "questions.question.answered", adding: { $0.field("created_at", $1) }),
    MessageTranslation(QuestionOfficiallyAnswered.self, "questions.question.official_answer", adding: { $0.field("created_at", $1) }),
    MessageTranslation(AnswerMarkedHelpful.self, "questions.answer.marked_helpful", adding: { $0.field("voted_at", $1) }),
  ]
}
