import EventSourcing
import FoundationEssentials
import HTTPTypes
import JSON
import ProcessManagers

/// Sagas that wait at a message that keeps failing. What is listed of failed messages are those that came over the broker; an event of the
/// process manager's own service is in no queue, so that its saga is found here alone.
enum SagaRoutes {
  static let routes: [Route] = [
    Route(
      .get, "/sagas/parked", "parkedSagas",
      "Sagas that wait at a message that keeps failing, of their own service's events too, the longest first. They are tried again by themselves",
      in: NoInput.self, out: saga.asPage, access: .administrators, idempotency: .none, problems: []
    ) { _, call in
      let (sagas, position) = try await call.services.parkedSagas.all()
      var reply = Reply.json { json in
        json.array("data", sagas) { json, saga in write(saga, &json) }
        json.object("page") { json in
          json.null("next")
          json.null("prev")
          json.field("has_more", false)
          json.field("parked", false)
        }
      }
      reply.position = position
      return reply
    }
  ]

  private static let saga = Schema.object(
    "ParkedSaga",
    [
      "stream": .text, "process_manager": .text.nullable, "message_id": .text.nullable, "position": .integer, "tries": .integer,
      "error": .text, "since": .time,
    ])

  private static func write(_ saga: ParkedSaga, _ json: inout JSONWriter) {
    json.field("stream", saga.stream.rawValue)
    json.field("process_manager", saga.processManager)
    json.field("message_id", saga.messageID?.uuidString.lowercased())
    json.field("position", saga.position.rawValue)
    json.field("tries", saga.tries)
    json.field("error", saga.error)
    json.field("since", saga.since.rfc3339)
  }
}
