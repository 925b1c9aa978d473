import Aggregates
import EventSourcing
import HTTPTypes
import Postgres

/// A new row of a tree.
struct NewTreeNode<ID: EntityID>: RouteInput {
  let node: TreeNode<ID>

  init(_ fields: inout InputReader) {
    node = TreeNode(name: fields.body("name", .text(255)), parentID: fields.optional("id_1", .id(ID.self)))
  }
}

/// A change of a row of a tree: what is left out stays; null for the parent makes it a root.
struct TreeNodeChange<ID: EntityID>: RouteInput {
  let id: ID
  let name: String?
  let parentID: Change<ID>

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(ID.self))
    name = fields.change("name", .text(255))
    parentID = fields.nullableChange("id_1", .id(ID.self))
  }
}

/// The administration of one kind of tree: add, rename, move, remove. What differs is in the parameters.
///
/// The rules are about all rows at once, so the version that `If-Match` names is that of the whole tree.
struct TreeAdministration<Kind: TreeAggregate>: Sendable {
  /// Ends the operation ids: `Category`.
  var name: String
  /// In summaries: `a category`.
  var title: String
  /// Below the service: `/admin/categories`.
  var path: String
  /// The kind under which ids are drawn.
  var idKind: String
  /// Where the row is read, `/api/v1/products/categories`.
  var location: String
  var side: @Sendable (GatewayServices) -> ReadSide
  /// `$1` bigint: the row's id. One row: position, and how many products are in it.
  var uses: PostgresStatement

  var routes: [Route] {
    let change: @Sendable (TreeNodeChange<Kind.ID>, Call) async throws -> Reply = { input, call in
      let command = ChangeTreeNode<Kind>(id: input.id) { node in
        node.name = input.name ?? node.name
        node.parentID = input.parentID.applied(to: node.parentID)
      }
      return .reference(try await call.execute(command, ifMatch: Kind.self, Kind.streamID), input.id)
    }
    return [
      Route(
        .post, path, "add\(name)", "Adds \(title)", in: NewTreeNode<Kind.ID>.self, out: Schema.reference.asData, status: 201,
        access: .administrators, idempotency: .optional, problems: [.alreadyTaken, .unknownReference, .stateConflict, .ruleViolated]
      ) { input, call in
        let id = Kind.ID(try await call.nextID(idKind))
        let outcome = try await call.execute(AddTreeNode<Kind>(id: id, node: input.node))
        let made = outcome.answer?.id ?? id
        return .reference(outcome, made, location: "\(location)/\(made)")
      },
      Route(
        .put, "\(path)/{id}", "replace\(name)", "Changes \(title)", in: TreeNodeChange<Kind.ID>.self, out: Schema.reference.asData,
        access: .administrators, idempotency: .none, precondition: .ifMatch, problems: [.alreadyTaken, .unknownReference, .ruleViolated],
        handler: change),
      Route(
        .patch, "\(path)/{id}", "change\(name)", "Renames or moves \(title)", in: TreeNodeChange<Kind.ID>.self,
        out: Schema.reference.asData, access: .administrators, idempotency: .none, precondition: .ifMatch,
        problems: [.alreadyTaken, .unknownReference, .ruleViolated], handler: change),
      Route(
        .delete, "\(path)/{id}", "remove\(name)", "Removes \(title)", in: IDInput<Kind.ID>.self, out: nil, status: 204,
        access: .administrators, idempotency: .none, precondition: .ifMatch, problems: [.inUse]
      ) { input, call in
        let (result, _) = try await side(call.services).query(uses, [.int64(input.id.rawValue)], call)
        let command = RemoveTreeNode<Kind>(id: input.id, usedBy: try result[0].int64(1))
        return .command(try await call.execute(command, ifMatch: Kind.self, Kind.streamID))
      },
    ]
  }
}
