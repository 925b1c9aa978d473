import HTTPTypes

/// One route, declared once: routing, validation, access, problems and the API description all come from here.
///
///     struct StockChange: RouteInput {
///       let id: ProductID
///       let stock: Int64
///       init(_ fields: inout InputReader) {
///         id = fields.path("id", .id(ProductID.self))
///         stock = fields.body("stock", .integer(min: 0, max: 2_147_483_647))
///       }
///     }
///
///     Route(
///       .post, "/admin/products/{id}/stock", "adjustStock", "Sets the stock on hand", in: StockChange.self,
///       out: Schema.reference.asData, access: .administrators(within: .website), idempotency: .optional, problems: [.stateConflict]
///     ) { input, call in
///       .reference(try await call.execute(AdjustStock(productID: input.id, .set(input.stock)), within: Product.self, input.id), input.id)
///     }
///
/// Reads are `Route.row`, `Route.whole` and `Route.list` over what a ``Resource`` declares; they need neither schema nor handler:
///
///     .row(
///       "/products/{id}", "product", "A product with brand, types and VAT", in: IDInput<ProductID>.self, access: .everyone,
///       from: { $0.reads.products }, RowQuery("products.one", ProductResources.product, where: "p.id = $1")
///     ) { input, _ in [.int64(input.id.rawValue)] }
struct Route: Sendable {
  var method: HTTPRequest.Method
  /// Below the service's prefix: `/items/{id}`.
  var path: String
  /// Unique; the `operationId`.
  var operation: String
  var summary: String
  var input: InputDescription
  /// The body of the successful answer; nil for none.
  var output: Schema?
  var success: Int
  /// What it answers beyond the problems that follow from the rest of the declaration.
  var problems: [ProblemCode]
  var access: Access
  var idempotency: IdempotencyRule
  var precondition: Precondition
  /// Whole paths under which it also answers.
  var aliases: [String]
  /// Whether `Prefer: wait` and `Comptoir-Min-Position` mean something here.
  var isQuery: Bool
  /// Whether its handler counts who asks, in place of the limits that hold for all.
  var countsItself = false
  /// Media types of a successful answer beside JSON.
  var media: [String] = []
  var answer: @Sendable (Call) async throws -> Reply

  /// A route whose handler does the work: all commands, and reads that are not one statement.
  init<Input: RouteInput>(
    _ method: HTTPRequest.Method, _ path: String, _ operation: String, _ summary: String, in input: Input.Type, out output: Schema?,
    status: Int = 200, access: Access, idempotency: IdempotencyRule, precondition: Precondition = .none, problems: [ProblemCode],
    aliases: [String] = [], handler: @escaping @Sendable (Input, Call) async throws -> Reply
  ) {
    let description = InputReader.describe(input)
    let (hasBody, isBodyRequired) = (description.hasBody, description.isBodyRequired)
    self.init(
      method, path, operation, summary, describing: description, out: output, status: status, access: access, idempotency: idempotency,
      precondition: precondition, problems: problems, aliases: aliases
    ) { call in
      let reader = try InputReader(
        path: call.pathValues, query: call.query, body: hasBody ? call.jsonBody(isRequired: isBodyRequired) : nil)
      return try await handler(InputReader.read(input, reader), call)
    }
  }

  /// A route that reads its input itself, as it described it.
  init(
    _ method: HTTPRequest.Method, _ path: String, _ operation: String, _ summary: String, describing input: InputDescription,
    out output: Schema?, status: Int = 200, access: Access, idempotency: IdempotencyRule = .none, precondition: Precondition = .none,
    problems: [ProblemCode], aliases: [String] = [], answer: @escaping @Sendable (Call) async throws -> Reply
  ) {
    self.method = method
    self.path = path
    self.operation = operation
    self.summary = summary
    self.input = input
    self.output = output
    success = status
    self.problems = problems
    self.access = access
    self.idempotency = idempotency
    self.precondition = precondition
    self.aliases = aliases
    isQuery = false
    self.answer = answer
  }

  /// The same, and it can answer other media than JSON.
  func answering(_ media: String...) -> Route {
    var route = self
    route.media = media
    return route
  }

  /// The same, and its handler counts who asks.
  var countingItself: Route {
    var route = self
    route.countsItself = true
    return route
  }

  /// Whether a body is read.
  var hasBody: Bool { input.hasBody }

  /// Every problem that it may answer.
  var allProblems: [ProblemCode] {
    var codes: [ProblemCode] = [.notAcceptable, .unknownParameter, .internalError, .unavailable, .busy, .websiteClosed, .tooManyRequests]
    if !input.path.isEmpty { codes.append(.notFound) }
    if !input.query.isEmpty { codes.append(.invalidParameter) }
    if hasBody {
      codes += [
        .invalidJSON, .duplicateField, .tooDeep, .missingBody, .bodyTooLarge, .unsupportedMediaType, .invalidFields, .unknownField,
        .missingField, .wrongType, .tooLong, .tooShort, .tooSmall, .tooLarge, .invalidFormat, .valueNotAllowed, .nulCharacter,
        .loneSurrogate,
      ]
    }
    switch access {
    case .everyone: break
    case .bearer: codes += [.unauthorized, .tokenExpired]
    case .roles, .permission: codes += [.unauthorized, .tokenExpired, .forbidden]
    }
    if idempotency != .none { codes += [.invalidHeader, .idempotencyKeyReused, .idempotencyKeySpent] }
    if idempotency == .compulsory { codes.append(.idempotencyKeyMissing) }
    if precondition == .ifMatch { codes += [.preconditionRequired, .preconditionFailed, .invalidHeader] }
    if isQuery { codes += [.invalidHeader, .positionAhead, .readSideBehind] }
    var seen: Set<ProblemCode> = []
    return (codes + problems).filter { seen.insert($0).inserted }
  }
}

/// The routes of one service, and where they are mounted.
struct RouteGroup: Sendable {
  /// As in the path: `baskets`.
  var service: String
  var routes: [Route]

  /// Where a route answers: the canonical path, the original's (deprecated), and what else it declares.
  func mounts(of route: Route) -> [(path: String, isDeprecated: Bool)] {
    [("/api/v1/\(service)\(route.path)", false), ("/api/\(service)\(route.path)", true)] + route.aliases.map { ($0, false) }
  }
}
