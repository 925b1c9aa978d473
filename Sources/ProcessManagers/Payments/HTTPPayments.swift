import AsyncHTTPClient
import EventSourcing
import NIOCore
import NIOHTTP1

/// A payment provider over HTTP: the sandbox of `comptoir payment-sandbox`.
///
/// Each call is one request. What is thrown (nobody reached, no answer in time, an answer that is none) means that nobody knows what came
/// of it; asking again is the caller's business and safe, since the provider knows a repetition by order, attempt and key.
public struct HTTPPayments: PaymentPort {
  public let name = "sandbox"
  private let url: String
  private let secret: String?
  private let timeout: Duration

  /// One for the process, as long as it lives. A redirect is no answer. One slow answer must not hold up the others, so there are as many
  /// connections as calls under way, within reason.
  private static let client = {
    var configuration = HTTPClient.Configuration(
      redirectConfiguration: .disallow, timeout: .init(connect: .seconds(5), read: .seconds(30)))
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
    return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
  }()

  /// - Parameters:
  ///   - url: without a slash at its end.
  ///   - secret: shown with each request; nil where none is wanted.
  ///   - timeout: how long an answer is waited for, at most.
  public init(url: String, secret: String? = nil, timeout: Duration = .seconds(15)) {
    self.url = url
    self.secret = secret
    self.timeout = timeout
  }

  public func authorise(_ request: AuthorisationRequest) async throws -> AuthorisationAnswer { try await ask("authorise", request) }
  public func capture(_ request: PromiseRequest) async throws -> PromiseAnswer { try await ask("capture", request) }
  public func void(_ request: PromiseRequest) async throws -> PromiseAnswer { try await ask("void", request) }
  public func refund(_ request: PromiseRequest) async throws -> PromiseAnswer { try await ask("refund", request) }

  private func ask<Answer: JSONCodable>(_ what: String, _ request: some JSONCodable) async throws -> Answer {
    var call = HTTPClientRequest(url: "\(url)/\(what)")
    call.method = .POST
    call.headers.add(name: "content-type", value: "application/json")
    if let secret { call.headers.add(name: "authorization", value: "Bearer \(secret)") }
    call.body = .bytes(ByteBuffer(bytes: request.jsonBytes))
    let response = try await Self.client.execute(call, timeout: .init(timeout))
    guard response.status.code == 200 else { throw UnexpectedStatus(status: Int(response.status.code)) }
    let body = try await response.body.collect(upTo: 65_536)
    return try Answer(jsonBytes: Array(body.readableBytesView))
  }

  /// The provider answered, but not what came of the request.
  public struct UnexpectedStatus: Error, Hashable {
    public let status: Int
  }
}
