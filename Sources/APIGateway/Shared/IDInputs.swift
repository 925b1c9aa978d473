import Aggregates
import EventSourcing
import JSON

/// A route that names one row in its path.
struct IDInput<ID: EntityID>: RouteInput {
  let id: ID

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(ID.self))
  }
}

extension Schema {
  /// What a command that made or changed a row answers.
  static let reference = Schema.object("Reference", ["id": .id])
}

extension Reply {
  /// `{"data":{"id":…}}`.
  static func reference<Answer>(_ outcome: CommandOutcome<Answer>, _ id: some EntityID, location: String? = nil) -> Reply {
    .command(outcome, location: location) { $0.field("id", id.rawValue) }
  }
}
