import EventSourcing
import JSON
import ObjectStorage
import Postgres

/// An error that knows its problem; each aggregate's rejections conform beside this file.
protocol ProblemRepresentable: Error {
  var problem: Problem { get }
}

extension Problem {
  /// The problem of any error that reaches the edge; nil when it is our own fault and belongs into the log.
  init?(_ error: any Error) {
    switch error {
    case let problem as Problem: self = problem
    case let error as any ProblemRepresentable: self = error.problem
    case let error as CommandError: self.init(command: error)
    case let error as AppendError: self.init(append: error)
    case let error as PostgresError: self.init(postgres: error)
    case is ObjectStorageError: self = Problem(.unavailable)
    case let error as JSONError: self = Problem(json: error)
    default: return nil
    }
  }

  private init?(command error: CommandError) {
    switch error {
    case .refused(let error): self.init(append: error)
    case .unavailable: self = Problem(.unavailable)
    case .forgotten: self = Problem(.notFound)
    }
  }

  private init?(append error: AppendError) {
    switch error {
    case .commandIDReused: self = Problem(.idempotencyKeyReused)
    case .commandIDSpent: self = Problem(.idempotencyKeySpent)
    case .claimTaken(let key, _): self = ClaimProblems.problem(ofTakenClaim: key)
    case .wrongExpectedVersion, .unavailable: self = Problem(.unavailable)
    case .invalid: return nil
    }
  }

  private init?(postgres error: PostgresError) {
    switch error.kind {
    case .connectionLost, .connectFailed, .timeout, .cancelled, .closed: self = Problem(.unavailable)
    case .tooManyWaiting: self = Problem(.busy)
    case .server(let state) where ["08", "40", "53", "55", "57"].contains(state.classCode): self = Problem(.unavailable)
    case .server, .decoding, .invalidParameter, .invalidConfiguration: return nil
    }
  }

  /// A body that is no readable JSON object.
  init(json error: JSONError) {
    let code: ProblemCode
    switch error.reason {
    case .malformed, .invalidUTF8: code = .invalidJSON
    case .duplicateKey: code = .duplicateField
    case .tooDeep: code = .tooDeep
    case .missing: code = .missingField
    case .wrongType, .unknownName: code = .wrongType
    case .outOfRange: code = .tooLarge
    case .nulCharacter: code = .nulCharacter
    case .loneSurrogate: code = .loneSurrogate
    }
    self.init(
      code,
      detail: LocalizedText("\(code.entry.title.english) (byte \(error.offset))", "\(code.entry.title.french) (octet \(error.offset))"),
      errors: code.status == 422 ? [FieldProblem(error.path, code)] : [])
  }
}

/// Which field a taken name belongs to, by the claim's namespace.
enum ClaimProblems {
  static let pointers: [String: String] = [
    "email": "/email", "product-ref": "/ref", "brand-name": "/name", "type-name": "/name", "vat-name": "/name",
    "attribute-group-name": "/name", "characteristic-group-name": "/name", "related-characteristic-name": "/name",
    "discount-type-name": "/name", "promo-code": "/code", "order-status-name": "/name",
    "delivery-status-name": "/name", "sale-point-code": "/code", "delivery-order": "/order_id",
    "website-domain": "/domain", "website-subdomain": "/subdomain", "permission": "/name", "role": "/name",
    "contact-email": "/email", "contact-user": "/email", "contact-list-name": "/name", "contact-tag-name": "/name",
    "newsletter-email": "/email", "template-slug": "/slug",
  ]

  static func problem(ofTakenClaim key: String) -> Problem {
    let namespace = String(key.prefix { $0 != ":" })
    guard let pointer = pointers[namespace] else { return Problem(.stateConflict) }
    return .field(pointer, .alreadyTaken)
  }
}
