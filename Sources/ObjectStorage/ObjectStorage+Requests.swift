import AsyncHTTPClient
import Logging
import NIOCore
import NIOHTTP1

extension ObjectStorage {
  /// One request, before it is signed.
  struct Call: Sendable {
    let method: HTTPMethod
    let bucket: String
    let key: String?
    let query: [(name: String, value: String)]
    let headers: [(name: String, value: String)]
    let body: [UInt8]

    init(
      _ method: HTTPMethod, _ bucket: String, _ key: String?, query: [(String, String)] = [], headers: [(String, String)] = [],
      body: [UInt8] = []
    ) {
      self.method = method
      self.bucket = bucket
      self.key = key
      self.query = query.map { ($0, $1) }
      self.headers = headers.map { ($0, $1) }
      self.body = body
    }

    /// For errors and logs: a key may tell of a person, so it is not in it.
    var operation: String { "\(method.rawValue) \(bucket)" }

    func error(_ code: ObjectStorageError.Code, _ message: String = "", status: Int? = nil) -> ObjectStorageError {
      ObjectStorageError(code, status: status, operation: operation, message: message)
    }
  }

  var signer: SignatureV4 {
    SignatureV4(accessKey: configuration.accessKey, secretKey: configuration.secretKey, region: configuration.region)
  }

  /// Host and percent-encoded path of an object, or of a bucket.
  func place(_ bucket: String, _ key: String?, at endpoint: ObjectStorageConfiguration.Endpoint) -> (host: String, path: String) {
    let key = PercentEncoding.encode(key ?? "", keepsSlashes: true)
    return switch configuration.addressing {
    case .path: (endpoint.host, "/\(PercentEncoding.encode(bucket))/\(key)")
    case .virtual: ("\(bucket).\(endpoint.host)", "/\(key)")
    }
  }

  /// The whole answer of a request that has a small one.
  func send(_ call: Call) async throws(ObjectStorageError) -> [UInt8] {
    try await retrying(call) { () async throws(ObjectStorageError) in
      try await self.content(of: try await self.response(to: call), call, upTo: self.configuration.maximumDocumentBytes)
    }
  }

  /// Runs one attempt after the other, until one succeeds, one fails for good, or there have been enough.
  func retrying<Result>(
    _ call: Call, _ attempt: () async throws(ObjectStorageError) -> Result
  ) async throws(ObjectStorageError) -> Result {
    var limit = configuration.backoff.lowerBound
    for number in 1... {
      do {
        return try await attempt()
      } catch  where error.isTransient && number < configuration.attempts && !Task.isCancelled {
        logger.debug("object storage is asked again", metadata: ["operation": "\(call.operation)", "error": "\(error)"])
        // Drawn over the whole interval, so that many who failed together do not come back together.
        do { try await Task.sleep(for: limit * Double.random(in: 0...1)) } catch { throw call.error(.timeout, "cancelled") }
        limit = min(limit * 2, configuration.backoff.upperBound)
      }
    }
    preconditionFailure("the loop ends by an answer or an error")
  }

  /// Sends a request once and waits for the answer's head. An answer that is no success is thrown.
  func response(to call: Call) async throws(ObjectStorageError) -> HTTPClientResponse {
    let (host, path) = place(call.bucket, call.key, at: configuration.endpoint)
    let signed = SignatureV4.Request(method: call.method.rawValue, host: host, path: path, query: call.query, headers: call.headers)
    let time = SignatureTime(secondsSinceEpoch: now())
    let query = SignatureV4.canonicalQuery(call.query)
    var request = HTTPClientRequest(url: "\(configuration.endpoint.scheme)://\(host)\(path)\(query.isEmpty ? "" : "?\(query)")")
    request.method = call.method
    request.headers.add(name: "host", value: host)
    for (name, value) in call.headers + signer.headers(for: signed, payloadHash: Hexadecimal.sha256(call.body), at: time) {
      request.headers.add(name: name, value: value)
    }
    if call.method == .PUT { request.body = .bytes(ByteBuffer(bytes: call.body)) }
    let response: HTTPClientResponse
    do {
      response = try await client.execute(request, timeout: .init(configuration.answerTimeout))
    } catch {
      throw Self.failure(error, call)
    }
    guard (200..<300).contains(Int(response.status.code)) else { throw await refusal(response, call) }
    return response
  }

  /// The answer's body, up to a limit.
  func content(of response: HTTPClientResponse, _ call: Call, upTo limit: Int) async throws(ObjectStorageError) -> [UInt8] {
    var bytes: [UInt8] = []
    do {
      // What is left of a larger one is not read: leaving the loop ends the transfer.
      for try await piece in response.body {
        bytes += piece.readableBytesView
        if bytes.count > limit { break }
      }
    } catch {
      throw Self.failure(error, call)
    }
    guard bytes.count <= limit else { throw call.error(.tooLarge) }
    return bytes
  }

  /// The storage's own error, from its document where it has one (the answer to HEAD has none).
  private func refusal(_ response: HTTPClientResponse, _ call: Call) async -> ObjectStorageError {
    let body = (try? await content(of: response, call, upTo: configuration.maximumDocumentBytes)) ?? []
    let status = Int(response.status.code)
    let document = XMLElements(body)
    let code = document?["Error/Code"].map(ObjectStorageError.Code.init(rawValue:))
    return ObjectStorageError(
      code ?? Self.code(status, call), status: status,
      requestID: response.headers.first(name: "x-amz-request-id") ?? document?["Error/RequestId"], operation: call.operation,
      message: document?["Error/Message"] ?? "")
  }

  private static func code(_ status: Int, _ call: Call) -> ObjectStorageError.Code {
    switch status {
    case 404: call.key == nil ? .noSuchBucket : .noSuchKey
    case 403: .accessDenied
    case 416: .invalidRange
    default: .malformedAnswer
    }
  }

  static func failure(_ error: any Error, _ call: Call) -> ObjectStorageError {
    switch error as? HTTPClientError {
    case .deadlineExceeded, .readTimeout, .connectTimeout, .getConnectionFromPoolTimeout, .cancelled: call.error(.timeout, "\(error)")
    default: call.error(.unreachable, "\(error)")
    }
  }
}
