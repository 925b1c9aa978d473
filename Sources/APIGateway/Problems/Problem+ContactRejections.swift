import Aggregates
import EventSourcing
import JSON

extension ContactRejection: ProblemRepresentable {
  var problem: Problem {
    switch self {
    case .invalid(let error): error.problem
    case .notFound: Problem(.notFound)
    case .alreadyExists: Problem(.stateConflict)
    case .wrongStatus(let id, let current, let allowed):
      Problem(
        .stateConflict,
        members: [
          ("contact_id", .int(id.rawValue)), ("current", .string(current.rawValue)),
          ("allowed", .array(allowed.map { .string($0.rawValue) })),
        ])
    }
  }
}

extension ContactListRejection: ProblemRepresentable {
  var problem: Problem {
    switch self {
    case .invalid(let error): error.problem
    case .notFound: Problem(.notFound)
    case .alreadyExists: Problem(.stateConflict)
    case .wrongStatus(let current, let allowed):
      .conflict(.stateConflict, current: current.rawValue, allowed: allowed.map(\.rawValue))
    case .isDynamic: .conflict(.stateConflict, current: "dynamic", allowed: ["sync"])
    case .isStatic: .conflict(.stateConflict, current: "static", allowed: ["contacts"])
    }
  }
}
