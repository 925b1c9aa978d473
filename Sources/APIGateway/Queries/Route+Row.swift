import EventSourcing
import HTTPTypes
import NIOCore
import Postgres

extension Route {
  /// A read of one resource by one statement, whose single row is the position it is true at and the resource as JSON text, or null
  /// when there is none. The text goes out as PostgreSQL made it.
  ///
  /// - Parameters:
  ///   - stream: gives the resource's stream, where staff may change it under `If-Match`; staff then gets a strong entity tag.
  static func row<Input: RouteInput>(
    _ path: String, _ operation: String, _ summary: String, in input: Input.Type, out output: Schema, access: Access,
    from side: @escaping @Sendable (GatewayServices) -> ReadSide, _ statement: PostgresStatement, problems: [ProblemCode] = [],
    stream: (@Sendable (Input, PostgresRow) throws -> StreamName)? = nil,
    parameters: @escaping @Sendable (Input, Call) throws -> [PostgresValue]
  ) -> Route {
    var route = Route(
      .get, path, operation, summary, in: input, out: output.asData, access: access, idempotency: .none, problems: problems
    ) { input, call in
      let (result, position) = try await side(call.services).query(statement, parameters(input, call), call)
      let row = result[0]
      guard !row.isNull(1) else { throw Problem(.notFound) }
      var reply = Reply(.buffer(try row.jsonData(1)), position: position)
      if let stream, call.caller?.isStaff == true, let version = try await call.services.log.version(of: stream(input, row), at: position) {
        reply.etag = ETag.strong(version)
      } else {
        reply.etag = ETag.weak(position)
      }
      return reply
    }
    route.isQuery = true
    return route
  }

  /// A short list that is always shown whole: the statement's row is the position and a JSON array.
  static func whole<Input: RouteInput>(
    _ path: String, _ operation: String, _ summary: String, in input: Input.Type, out element: Schema, access: Access,
    from side: @escaping @Sendable (GatewayServices) -> ReadSide, _ statement: PostgresStatement, problems: [ProblemCode] = [],
    parameters: @escaping @Sendable (Input, Call) throws -> [PostgresValue]
  ) -> Route {
    var route = Route(
      .get, path, operation, summary, in: input, out: element.asPage, access: access, idempotency: .none, problems: problems
    ) { input, call in
      let (result, position) = try await side(call.services).query(statement, parameters(input, call), call)
      guard !result[0].isNull(1) else { throw Problem(.notFound) }
      var reply = Reply(
        .buffer(try result[0].jsonData(1, after: #","page":{"next":null,"prev":null,"has_more":false}}"#)), position: position)
      reply.etag = ETag.weak(position)
      return reply
    }
    route.isQuery = true
    return route
  }
}

extension PostgresRow {
  /// `{"data":`, the column's JSON text as it is, and what follows it.
  func jsonData(_ column: Int, after: String = "}") throws -> ByteBuffer {
    try withBytes(column) { bytes in
      var buffer = ByteBufferAllocator().buffer(capacity: bytes.count + after.utf8.count + 8)
      buffer.writeStaticString("{\"data\":")
      buffer.writeBytes(bytes)
      buffer.writeString(after)
      return buffer
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
