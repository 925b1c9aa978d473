import Aggregates
import EventSourcing
import HTTPTypes
import Postgres

/// What is asked of the administration of a kind of reference row.
enum ReferenceRequest<Add: Sendable, Edit: Sendable, ID: Sendable>: Sendable {
  case add(Add)
  case edit(Edit)
  case remove(ID)
}

/// The administration of one kind of reference row: add, change, remove. What differs is in the parameters.
struct ReferenceAdministration<Kind: EditableReference & RemovableReference, Add: RouteInput, Edit: RouteInput>: Sendable {
  /// Ends the operation ids: `Brand`.
  var name: String
  /// In summaries: `a brand`.
  var title: String
  /// Below the service: `/admin/brands`.
  var path: String
  /// The kind under which ids are drawn.
  var idKind: String
  /// Where the row is read, `/api/v1/products/brands`.
  var location: String
  var access = Access.administrators
  var row: @Sendable (Add) -> Kind.Row
  var edited: @Sendable (Edit) -> Kind.ID
  var edit: @Sendable (Edit, inout Kind.Row) -> Void
  var side: @Sendable (GatewayServices) -> ReadSide
  /// `$1` bigint: the row's id. One row: position, and how many rows use it.
  var uses: PostgresStatement
  /// Refuses who may use the routes but not for this.
  var permits: @Sendable (ReferenceRequest<Add, Edit, Kind.ID>, Call) async throws -> Void = { _, _ in }

  var routes: [Route] {
    let change: @Sendable (Edit, Call) async throws -> Reply = { input, call in
      try await permits(.edit(input), call)
      let id = edited(input)
      let outcome = try await call.execute(ChangeReference<Kind>(id: id) { row in edit(input, &row) }, ifMatch: Kind.self, id)
      return .reference(outcome, id)
    }
    return [
      Route(
        .post, path, "add\(name)", "Adds \(title)", in: Add.self, out: Schema.reference.asData, status: 201, access: access,
        idempotency: .optional, problems: [.alreadyTaken, .unknownReference, .stateConflict]
      ) { input, call in
        try await permits(.add(input), call)
        let id = Kind.ID(try await call.nextID(idKind))
        let outcome = try await call.execute(AddReference<Kind>(id: id, row: row(input)))
        let made = outcome.answer?.id ?? id
        return .reference(outcome, made, location: "\(location)/\(made)")
      },
      Route(
        .put, "\(path)/{id}", "replace\(name)", "Changes \(title)", in: Edit.self, out: Schema.reference.asData, access: access,
        idempotency: .none, precondition: .ifMatch, problems: [.alreadyTaken, .unknownReference], handler: change),
      Route(
        .patch, "\(path)/{id}", "change\(name)", "Changes fields of \(title)", in: Edit.self, out: Schema.reference.asData,
        access: access, idempotency: .none, precondition: .ifMatch, problems: [.alreadyTaken, .unknownReference], handler: change),
      Route(
        .delete, "\(path)/{id}", "remove\(name)", "Removes \(title)", in: IDInput<Kind.ID>.self, out: nil, status: 204,
        access: access, idempotency: .none, precondition: .ifMatch, problems: [.inUse, .protected]
      ) { input, call in
        try await permits(.remove(input.id), call)
        let (result, _) = try await side(call.services).query(uses, [.int64(input.id.rawValue)], call)
        let command = RemoveReference<Kind>(id: input.id, usedBy: try result[0].int64(1))
        return .command(try await call.execute(command, ifMatch: Kind.self, input.id))
      },
    ]
  }
}
