import Foundation
import JSON
import NIOCore
import NIOHTTP1
import NIOPosix

/// A request to the gateway.
struct HTTPQuestion: Sendable {
  var method: String
  var path: String
  var token: String?
  /// JSON.
  var body: String?
  /// Further headers.
  var headers: [(String, String)] = []

  init(_ method: String, _ path: String, token: String? = nil, body: String? = nil, headers: [(String, String)] = []) {
    self.method = method
    self.path = path
    self.token = token
    self.body = body
    self.headers = headers
  }
}

/// What the gateway answered.
struct HTTPAnswer: Sendable {
  var status: Int
  var body: [UInt8]

  var json: JSONValue {
    get throws { try JSONValue(parsing: body) }
  }

  /// This answer, when it has the status that it must have.
  func expecting(_ status: Int) throws -> HTTPAnswer {
    guard self.status == status else {
      throw BenchmarkError("\(self.status) instead of \(status): \(String(decoding: body.prefix(500), as: UTF8.self))")
    }
    return self
  }
}

/// A connection that is kept, with one request under way at a time.
struct HTTPConnection: Sendable {
  private let channel: any Channel

  static func open(_ port: Int) async throws -> HTTPConnection {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHTTPClientHandlers()
          try channel.pipeline.syncOperations.addHandler(QuestionHandler())
        }
      }
      .connect(host: "127.0.0.1", port: port).get()
    return HTTPConnection(channel: channel)
  }

  /// Asks over a connection of its own.
  static func once(_ port: Int, _ question: HTTPQuestion) async throws -> HTTPAnswer {
    let connection = try await open(port)
    do {
      let answer = try await connection.send(question)
      await connection.close()
      return answer
    } catch {
      await connection.close()
      throw error
    }
  }

  func send(_ question: HTTPQuestion) async throws -> HTTPAnswer {
    let promise = channel.eventLoop.makePromise(of: HTTPAnswer.self)
    channel.writeAndFlush(QuestionHandler.Asked(question: question, promise: promise)).whenFailure { promise.fail($0) }
    return try await promise.futureResult.get()
  }

  func close() async {
    // A connection that the server has closed is closed.
    try? await channel.close()
  }

  /// Does something for each of `count`, over so many connections at a time.
  static func spread(
    _ count: Int, over connections: Int, _ port: Int, _ body: @escaping @Sendable (HTTPConnection, Int) async throws -> Void
  ) async throws {
    try await withThrowingDiscardingTaskGroup { group in
      for first in 0..<min(connections, count) {
        group.addTask {
          let connection = try await open(port)
          for number in stride(from: first, to: count, by: connections) { try await body(connection, number) }
          await connection.close()
        }
      }
    }
  }

  /// A port that nobody listens at now.
  static func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { Foundation.close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(descriptor, address, length) == 0 && getsockname(descriptor, address, &length) == 0
      }
    }
    guard isBound else { throw BenchmarkError("no port is free") }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}

/// Turns questions into what the HTTP encoder takes, and the parts that the decoder gives into answers.
private final class QuestionHandler: ChannelDuplexHandler {
  struct Asked: Sendable {
    let question: HTTPQuestion
    let promise: EventLoopPromise<HTTPAnswer>
  }

  typealias InboundIn = HTTPClientResponsePart
  typealias OutboundIn = Asked
  typealias OutboundOut = HTTPClientRequestPart

  private var promise: EventLoopPromise<HTTPAnswer>?
  private var answer = HTTPAnswer(status: 0, body: [])

  func write(context: ChannelHandlerContext, data: NIOAny, promise written: EventLoopPromise<Void>?) {
    let asked = unwrapOutboundIn(data)
    precondition(promise == nil, "a connection has one request under way at a time")
    promise = asked.promise
    let question = asked.question
    var head = HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: question.method), uri: question.path)
    head.headers.add(name: "host", value: "127.0.0.1")
    if let token = question.token { head.headers.add(name: "authorization", value: "Bearer \(token)") }
    for (name, value) in question.headers { head.headers.add(name: name, value: value) }
    if let body = question.body {
      head.headers.add(name: "content-type", value: "application/json")
      head.headers.add(name: "content-length", value: String(body.utf8.count))
    }
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    if let body = question.body { context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil) }
    context.write(wrapOutboundOut(.end(nil)), promise: written)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head): answer = HTTPAnswer(status: Int(head.status.code), body: [])
    case .body(let bytes): answer.body.append(contentsOf: bytes.readableBytesView)
    case .end:
      promise?.succeed(answer)
      promise = nil
    }
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    promise?.fail(error)
    promise = nil
    context.close(promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    promise?.fail(ChannelError.eof)
    promise = nil
    context.fireChannelInactive()
  }
}
