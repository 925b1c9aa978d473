import EventSourcing
import HTTPTypes
import Postgres

extension Route {
  /// A read of one row; 404 when it is not there.
  static func row<Input: RouteInput>(
    _ path: String, _ operation: String, _ summary: String, in input: Input.Type, access: Access,
    from side: @escaping @Sendable (GatewayServices) -> ReadSide, _ query: RowQuery,
    parameters: @escaping @Sendable (Input, Call) async throws -> [PostgresValue]
  ) -> Route {
    .read(
      path, operation, summary, in: input, out: query.resource.schema(embedding: query.embedding).asData, access: access, query.rules
    ) { input, asked, call in
      guard let reply = try await query.reply(asked, parameters(input, call), from: side(call.services), call) else {
        throw Problem(.notFound)
      }
      return reply
    }
  }

  /// A read of a resource by a handler of its own.
  static func read<Input: RouteInput>(
    _ path: String, _ operation: String, _ summary: String, in input: Input.Type, out output: Schema, access: Access,
    _ rules: RepresentationRules, handler: @escaping @Sendable (Input, Representation, Call) async throws -> Reply
  ) -> Route {
    let description = InputReader.describe { fields in
      _ = Input(&fields)
      _ = rules.read(&fields)
    }
    var route = Route(
      .get, path, operation, summary, describing: description, out: output, access: access, problems: [.projectionParked]
    ) { call in
      let reader = try InputReader(path: call.pathValues, query: call.query, body: nil)
      // Most requests choose nothing.
      if call.query.isEmpty { return try await handler(InputReader.read(Input.self, reader), Representation(), call) }
      let (input, asked) = try InputReader.read(reader) { fields in (Input(&fields), rules.read(&fields)) }
      return try await handler(input, asked, call)
    }
    route.isQuery = true
    return route
  }

  /// A short list that is always shown whole.
  static func whole<Input: RouteInput>(
    _ path: String, _ operation: String, _ summary: String, in input: Input.Type, access: Access,
    from side: @escaping @Sendable (GatewayServices) -> ReadSide, _ query: WholeQuery,
    parameters: @escaping @Sendable (Input, Call) async throws -> [PostgresValue]
  ) -> Route {
    .read(path, operation, summary, in: input, out: query.resource.schema().asPage, access: access, query.rules) { input, asked, call in
      guard let reply = try await query.reply(asked, parameters(input, call), from: side(call.services), call) else {
        throw Problem(.notFound)
      }
      return reply
    }
  }
}

extension EventLog {
  /// The version a stream had when the log stood at a position; nil without events until then.
  func version(of stream: StreamName, at position: Position) async throws -> StreamVersion? {
    var last: StreamVersion?
    while true {
      let events = try await readStream(stream, after: last ?? .none, limit: 1_000)
      if let known = events.last(where: { $0.position <= position }) { last = known.version }
      if events.count < 1_000 || events.last!.position > position { return last }
    }
  }
}
