import Aggregates
import EventSourcing
import HTTPTypes
import JSON
import Postgres

/// Promotional codes and their types.
enum PromoCodeRoutes {
  static let routes: [Route] =
    [
      Route(
        .post, "/promo-codes/validate", "validatePromoCode", "Whether a code can be used", in: CodeInput.self,
        out: BasketResources.usableCode.resource.schema().asData, access: .everyone, idempotency: .none,
        problems: [.notFound, .projectionParked]
      ) { input, call in
        let parameters: [PostgresValue] = [.text(PromoCode.normalized(input.code))]
        let code = try await BasketResources.usableCode.reply(Representation(), parameters, from: call.services.reads.baskets, call)
        guard var reply = code else { throw Problem(.notFound) }
        // The answer of a POST has no entity tag.
        reply.etag = nil
        return reply
      },
      .list(
        "/admin/promo-codes", "promoCodes", "Promotional codes", in: NoInput.self, access: .administrators,
        from: { $0.reads.baskets }, BasketResources.codes
      ) { _, _ in [] },
      .row(
        "/admin/promo-codes/{id}", "promoCode", "A promotional code", in: IDInput<PromoCodeID>.self, access: .administrators,
        from: { $0.reads.baskets }, BasketResources.oneCode
      ) { input, _ in [.int64(input.id.rawValue)] },
      Route(
        .post, "/admin/promo-codes", "addPromoCode", "Adds a promotional code", in: PromoCodeTermsInput.self, out: Schema.reference.asData,
        status: 201, access: .administrators, idempotency: .optional, problems: [.alreadyTaken, .unknownReference], handler: add),
      Route(
        .put, "/admin/promo-codes/{id}", "replacePromoCode", "Changes the terms of a code", in: PromoCodeReplacement.self,
        out: Schema.reference.asData, access: .administrators, idempotency: .none, precondition: .ifMatch, problems: [.unknownReference],
        handler: replace),
      Route(
        .delete, "/admin/promo-codes/{id}", "deletePromoCode", "Deletes a code; its text is never used again",
        in: IDInput<PromoCodeID>.self, out: nil, status: 204, access: .administrators, idempotency: .none, precondition: .ifMatch,
        problems: []
      ) { input, call in
        let code = try await text(of: input.id, call)
        return .command(try await call.execute(DeletePromoCode(code: code), ifMatch: PromoCode.self, code))
      },
      .whole(
        "/admin/types", "discountTypes", "Types of promotional codes", in: NoInput.self, access: .administrators,
        from: { $0.reads.baskets }, BasketResources.types
      ) { _, _ in [] },
      .row(
        "/admin/types/{id}", "discountType", "A type of promotional codes", in: IDInput<DiscountTypeID>.self,
        access: .administrators, from: { $0.reads.baskets }, BasketResources.oneType
      ) { input, _ in [.int64(input.id.rawValue)] },
    ]
    + ReferenceAdministration<DiscountType, NewDiscountType, DiscountTypeChange>(
      name: "DiscountType", title: "a type of promotional codes", path: "/admin/types", idKind: "discount_type",
      location: "/api/v1/baskets/admin/types", row: { DiscountType.Row(name: $0.name, symbol: $0.symbol) }, edited: { $0.id },
      edit: { input, row in
        row.name = input.name ?? row.name
        row.symbol = input.symbol ?? row.symbol
      },
      side: { $0.reads.baskets }, uses: BasketStatements.usesOfType
    ).routes

  @Sendable private static func add(_ input: PromoCodeTermsInput, _ call: Call) async throws -> Reply {
    let id = PromoCodeID(try await call.nextID("promo_code"))
    let definition = input.definition(id: id, kind: try await kind(of: input.typeID, call))
    let outcome = try await call.execute(Answering(id: id, base: AddPromoCode(code: input.code, definition: definition)))
    let made = outcome.answer?.id ?? id
    return .reference(outcome, made, location: "/api/v1/baskets/admin/promo-codes/\(made)")
  }

  @Sendable private static func replace(_ input: PromoCodeReplacement, _ call: Call) async throws -> Reply {
    let code = try await text(of: input.id, call)
    guard PromoCode.normalized(input.terms.code) == code else { throw Problem.field("/code", .valueNotAllowed, limit: code) }
    let definition = input.terms.definition(id: input.id, kind: try await kind(of: input.terms.typeID, call))
    let outcome = try await call.execute(ChangePromoCode(code: code, definition: definition), ifMatch: PromoCode.self, code)
    return .reference(outcome, input.id)
  }

  /// What a discount type's symbol says about its codes; without a type a code takes off an amount.
  private static func kind(of type: DiscountTypeID?, _ call: Call) async throws -> DiscountKind {
    guard let type else { return .fixed }
    let (result, _) = try await call.services.reads.baskets.query(BasketStatements.symbol, [.int64(type.rawValue)], call)
    guard let symbol = try result[0].optionalString(1) else { throw Problem.field("/id_1", .unknownReference) }
    return DiscountType.kind(symbol: symbol)
  }

  /// The code of an id: streams are named by code.
  private static func text(of id: PromoCodeID, _ call: Call) async throws -> String {
    let (result, _) = try await call.services.reads.baskets.query(BasketStatements.codeOfID, [.int64(id.rawValue)], call)
    guard let code = try result[0].optionalString(1) else { throw Problem(.notFound) }
    return code
  }
}

/// A command that answers nothing, answering the id that was drawn for it, so that a repetition tells the first one's.
struct Answering<ID: EntityID, Base: Command>: Command {
  var id: ID
  var base: Base

  func decide(in session: inout DecisionSession) throws -> Created<ID> {
    _ = try base.decide(in: &session)
    return Created(id)
  }
}
