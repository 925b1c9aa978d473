import Aggregates
import EventSourcing
import JSON

/// Every refusal of the domain and the problem that tells a client about it. One table, so that no refusal stays without a problem.

extension FieldError {
  var fieldProblem: FieldProblem {
    let pointer = "/\(field)"
    switch reason {
    case .blank: return FieldProblem(pointer, .tooShort, limit: "≥ 1")
    case .tooShort(let minimum): return FieldProblem(pointer, .tooShort, limit: "≥ \(minimum)")
    case .tooLong(let maximum): return FieldProblem(pointer, .tooLong, limit: "≤ \(maximum)")
    case .forbiddenCharacter: return FieldProblem(pointer, .nulCharacter)
    case .malformed: return FieldProblem(pointer, .invalidFormat)
    case .outOfRange(let minimum, let maximum):
      let bounds = [minimum.map { "≥ \($0)" }, maximum.map { "≤ \($0)" }].compactMap { $0 }.joined(separator: ", ")
      return FieldProblem(pointer, maximum == nil ? .tooSmall : .tooLarge, limit: bounds)
    case .unknown: return FieldProblem(pointer, .unknownReference)
    case .duplicate: return FieldProblem(pointer, .valueNotAllowed)
    case .common: return FieldProblem(pointer, .commonPassword)
    }
  }

  var problem: Problem { Problem(fields: [fieldProblem]) }
}

extension UserRejection: ProblemRepresentable {
  var problem: Problem {
    switch self {
    case .invalid(let error): error.problem
    case .notFound: Problem(.notFound)
    case .alreadyRegistered, .addressOutdated: Problem(.stateConflict)
    case .deleted: .conflict(.stateConflict, current: "deleted", allowed: ["restore"])
    case .notDeleted: .conflict(.stateConflict, current: "active", allowed: ["change", "delete"])
    case .ownAdministration: Problem(.protected)
    }
  }
}

extension SessionRejection: ProblemRepresentable {
  var problem: Problem {
    switch self {
    case .notFound: Problem(.notFound)
    case .tokenInvalid: Problem(.invalidRefreshToken)
    case .outdated: Problem(.stateConflict)
    }
  }
}

extension MailedTokenRejection: ProblemRepresentable {
  var problem: Problem {
    switch self {
    case .tokenInvalid: .field("/token", .invalidToken)
    case .alreadyVerified: .conflict(.stateConflict, current: "verified", allowed: [])
    }
  }
}

extension WebsiteRejection: ProblemRepresentable {
  var problem: Problem {
    switch self {
    case .invalid(let error): error.problem
    case .notFound: Problem(.notFound)
    case .alreadyExists: Problem(.stateConflict)
    case .notDeleted(_, let isActive):
      .conflict(
        .stateConflict, current: isActive ? "active" : "deactivated", allowed: [isActive ? "deactivate" : "activate", "delete"])
    case .ownerFixed: Problem(.forbidden)
    }
  }
}

extension AddressRejection: ProblemRepresentable {
  var problem: Problem {
    switch self {
    case .invalid(let error):
      error.field == "region_id" && error.reason == .unknown ? .field("/region_id", .regionOfOtherCountry) : error.problem
    case .notFound: Problem(.notFound)
    case .tooMany(let maximum): Problem(.ruleViolated, members: [("maximum", .int(Int64(maximum)))])
    }
  }
}

extension ReferenceRejection: ProblemRepresentable {
  var problem: Problem {
    switch self {
    case .invalid(let error): error.problem
    case .notFound: Problem(.notFound)
    case .alreadyExists: Problem(.stateConflict)
    case .inUse(_, _, let count): Problem(.inUse, members: [("used_by", .int(count))])
    case .fixed: Problem(.protected)
    }
  }
}

extension TreeRejection: ProblemRepresentable {
  var problem: Problem {
    switch self {
    case .invalid(let error): error.problem
    case .notFound: Problem(.notFound)
    case .alreadyExists: Problem(.stateConflict)
    case .nameTaken: .field("/name", .alreadyTaken)
    case .cycle: .field("/id_1", .ruleViolated)
    case .inUse(_, _, let children, let products):
      Problem(.inUse, members: [("children", .int(children)), ("products", .int(products))])
    }
  }
}

extension ProductRejection: ProblemRepresentable {
  var problem: Problem {
    switch self {
    case .invalid(let error): error.problem
    case .notFound, .partNotFound: Problem(.notFound)
    case .alreadyExists: Problem(.stateConflict)
    case .duplicate(let field): .field("/\(field)", .alreadyTaken)
    case .tooMany(let maximum): Problem(.ruleViolated, members: [("maximum", .int(Int64(maximum)))])
    case .insufficientStock(let available): Problem(.insufficientStock, members: [("available", .int(available))])
    }
  }
}

extension StockRejection: ProblemRepresentable {
  var problem: Problem {
    switch self {
    case .invalid(let error): error.problem
    case .productNotFound: Problem(.notFound)
    case .insufficient(let available): Problem(.insufficientStock, members: [("available", .int(available))])
    case .belowReserved(let reserved): Problem(.stateConflict, members: [("reserved", .int(reserved))])
    }
  }
}

extension BasketRejection: ProblemRepresentable {
  var problem: Problem {
    switch self {
    case .notFound, .itemNotFound, .codeNotOnBasket: Problem(.notFound)
    case .frozen(let order):
      Problem(.basketFrozen, members: [("current", "checking_out"), ("allowed", []), ("order_id", .int(order.rawValue))])
    case .empty: Problem(.basketEmpty)
    case .productUnavailable(let product): Problem(.productUnavailable, members: [("product_id", .int(product.rawValue))])
    case .insufficientStock(let product, let requested, let available):
      Problem(
        .insufficientStock,
        members: [("product_id", .int(product.rawValue)), ("requested", .int(requested)), ("available", .int(available))])
    case .quantityOutOfRange(let maximum): .field("/quantity", .tooLarge, limit: "≤ \(maximum)")
    case .priceTooHigh(let product): Problem(.amountTooLarge, members: [("product_id", .int(product.rawValue))])
    case .tooManyLines(let maximum): Problem(.tooManyLines, members: [("maximum", .int(Int64(maximum)))])
    case .amountTooLarge: Problem(.amountTooLarge)
    case .codeUnknown: .field("/code", .promoCodeInvalid)
    case .codeAlreadyApplied: .field("/code", .promoCodeAlreadyApplied)
    case .codeNotUsable(let code, let reason): Self.notUsable(code, reason)
    case .codeNotCombinable: .field("/code", .promoCodeNotCombinable)
    case .tooManyCodes(let maximum): Problem(.ruleViolated, members: [("maximum", .int(Int64(maximum)))])
    case .addressNotFound(let field, _): .field("/\(field)", .addressUnusable)
    case .invalid(let field, let reason): .field("/\(field)", .invalidFormat, limit: reason)
    }
  }

  static func notUsable(_ code: String, _ reason: PromoCodeResult) -> Problem {
    let isExhausted = reason == .usageLimitReached || reason == .customerLimitReached
    return Problem(
      isExhausted ? .promoCodeExhausted : .promoCodeInvalid, members: [("promo_code", .string(code)), ("reason", .string(reason.rawValue))])
  }
}

extension PromoCodeRejection: ProblemRepresentable {
  var problem: Problem {
    switch self {
    case .notFound: Problem(.notFound)
    case .codeTaken: .field("/code", .alreadyTaken)
    case .invalid(let field, let reason): .field("/\(field)", .invalidFormat, limit: reason)
    case .limitReached(let code, let reason): BasketRejection.notUsable(code, reason)
    }
  }
}

extension OrderRejection: ProblemRepresentable {
  var problem: Problem {
    switch self {
    case .notFound, .noSuchCheckout: Problem(.notFound)
    case .wrongState(_, let current, let allowed):
      .conflict(.transitionNotAllowed, current: current.rawValue, allowed: allowed.map(\.rawValue))
    case .reasonNeeded: .field("/reason", .missingField)
    case .returnNeeded: Problem(.transitionNotAllowed, members: [("current", "shipped"), ("allowed", ["deliver"])])
    case .refundTooLarge(let refundable): Problem(.amountTooLarge, members: [("refundable", .string(refundable.description))])
    case .returnTooLarge(let product, let returnable):
      Problem(.ruleViolated, members: [("product_id", .int(product.rawValue)), ("returnable", .int(returnable))])
    case .invalid(let field, let reason): .field("/\(field)", .invalidFormat, limit: reason)
    case .sumsDiffer(let field, _, _): .field("/\(field)", .ruleViolated)
    }
  }
}

extension PaymentRejection: ProblemRepresentable {
  var problem: Problem { Problem(.stateConflict) }
}

extension ReservationRejection: ProblemRepresentable {
  var problem: Problem { Problem(.stateConflict) }
}

extension DeliveryRejection: ProblemRepresentable {
  var problem: Problem {
    switch self {
    case .notFound: Problem(.notFound)
    case .invalid(let error): error.problem
    case .missing(let field): .field("/\(field)", .missingField)
    case .notAllowed(let field): .field("/\(field)", .valueNotAllowed)
    case .estimateNotAfterToday: .field("/estimated_delivery_date", .tooSmall, limit: "after today")
    case .wrongState(let current, let allowed):
      .conflict(.stateConflict, current: current.rawValue, allowed: allowed.map(\.rawValue))
    }
  }
}

extension TicketRejection: ProblemRepresentable {
  var problem: Problem {
    switch self {
    case .notFound, .messageNotFound, .attachmentNotFound: Problem(.notFound)
    case .wrongState(let current, let allowed):
      .conflict(.stateConflict, current: current.rawValue, allowed: allowed.map(\.rawValue))
    case .staffOnly: Problem(.forbidden)
    case .invalid(let error): error.problem
    case .hasReturns(let returns): Problem(.inUse, members: [("returns", .array(returns.map { .int($0.rawValue) }))])
    case .tooMany(let maximum): Problem(.ruleViolated, members: [("maximum", .int(Int64(maximum)))])
    }
  }
}

extension QuestionRejection: ProblemRepresentable {
  var problem: Problem {
    switch self {
    case .notFound, .answerNotFound: Problem(.notFound)
    case .invalid(let error): error.problem
    case .wrongState(let current): .conflict(.stateConflict, current: current.rawValue, allowed: [])
    case .alreadyMarked: .conflict(.stateConflict, current: "marked_helpful", allowed: [])
    case .staffOnly: Problem(.forbidden)
    }
  }
}

extension WithdrawalRejection: ProblemRepresentable {
  var problem: Problem {
    switch self {
    case .notFound: Problem(.notFound)
    case .expired(let since): Problem(.ruleViolated, members: [("until", .string(since.rfc3339))])
    case .invalid(let error): error.problem
    }
  }
}

extension ReturnRejection: ProblemRepresentable {
  var problem: Problem {
    switch self {
    case .notFound: Problem(.notFound)
    case .noOrder: Problem(.stateConflict, members: [("missing", "order")])
    case .wrongState(let current, let allowed):
      .conflict(.stateConflict, current: current.rawValue, allowed: allowed.map(\.rawValue))
    case .notDelivered: Problem(.stateConflict, members: [("missing", "delivery")])
    case .tooLate(let since): Problem(.ruleViolated, members: [("until", .string(since.rfc3339))])
    case .tooMany(let item, let returnable):
      Problem(.ruleViolated, members: [("order_item_id", .int(item.rawValue)), ("returnable", .int(returnable))])
    case .excluded(let item, let exclusion):
      Problem(
        .ruleViolated, members: [("order_item_id", .int(item.rawValue)), ("withdrawal_exclusion", .string(exclusion.rawValue))])
    case .staffOnly: Problem(.forbidden)
    case .invalid(let error): error.problem
    }
  }
}
