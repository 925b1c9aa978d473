import Aggregates
import EventSourcing
import JSON

extension SubscriberRejection: ProblemRepresentable {
  var problem: Problem {
    switch self {
    case .invalid(let error): error.problem
    case .notFound: Problem(.notFound)
    case .alreadySubscribed: .conflict(.stateConflict, current: SubscriberStatus.subscribed.rawValue, allowed: ["unsubscribe"])
    case .expired: .conflict(.stateConflict, current: "expired", allowed: ["subscribe"])
    case .wrongStatus(_, let current): .conflict(.stateConflict, current: current.rawValue, allowed: ["subscribe"])
    }
  }
}

extension CampaignRejection: ProblemRepresentable {
  var problem: Problem {
    switch self {
    case .invalid(let error): error.problem
    case .notFound, .noSuchMail: Problem(.notFound)
    case .wrongStatus(_, let current):
      .conflict(.stateConflict, current: current.rawValue, allowed: current.allowed.map(\.rawValue))
    case .noRecipients: Problem(.ruleViolated, members: [("recipients", .int(0))])
    }
  }
}
