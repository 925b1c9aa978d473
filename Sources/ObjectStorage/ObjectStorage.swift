import AsyncHTTPClient
public import Logging
import NIOCore
import NIOHTTP1

#if canImport(Glibc)
import Glibc
#endif

/// A client of an S3 object storage.
///
/// Every operation may be repeated without harm, so one that fails in a way that may pass is sent again, with growing pauses.
/// Objects are named by bucket and key; a key is any text of 1 to 1,024 bytes, `/` in it makes folders for people to see.
public struct ObjectStorage: Sendable {
  public let configuration: ObjectStorageConfiguration
  let client: HTTPClient
  let logger: Logger
  /// Seconds since 1970; a test sets it.
  let now: @Sendable () -> Int

  /// Connects when it is first used. `close()` ends it.
  public init(_ configuration: ObjectStorageConfiguration, logger: Logger) {
    self.init(configuration, logger: logger) { time(nil) }
  }

  init(_ configuration: ObjectStorageConfiguration, logger: Logger, now: @escaping @Sendable () -> Int) {
    self.configuration = configuration
    self.logger = logger
    self.now = now
    // A redirect is an answer of its own: a signature is for one host and path.
    client = HTTPClient(
      eventLoopGroupProvider: .singleton,
      configuration: HTTPClient.Configuration(
        redirectConfiguration: .disallow,
        timeout: .init(connect: .init(configuration.connectTimeout), read: .init(configuration.answerTimeout))))
  }

  /// Ends the connections. Nothing may be asked afterwards.
  public func close() async {
    do {
      try await client.shutdown()
    } catch {
      logger.warning("object storage client did not close", metadata: ["error": "\(error)"])
    }
  }

  /// Stores an object, in place of one that has the key already.
  public func put(_ bytes: [UInt8], bucket: String, key: String, contentType: String) async throws(ObjectStorageError) {
    _ = try await send(Call(.PUT, bucket, key, headers: [("content-type", contentType)], body: bytes))
  }

  /// An object's content, or a range of it: the first byte is 0, the upper bound is not read and may lie behind the end.
  /// - Parameter maximumBytes: more is not read.
  /// - Throws: `.noSuchKey`, `.invalidRange` for one that begins behind the end, `.tooLarge`.
  public func get(
    bucket: String, key: String, range: Range<Int>? = nil, maximumBytes: Int
  ) async throws(ObjectStorageError) -> StoredObject {
    let call = Call(.GET, bucket, key, headers: Self.header(for: range))
    return try await retrying(call) { () async throws(ObjectStorageError) in
      let response = try await self.response(to: call)
      return StoredObject(info: try Self.info(response, call), bytes: try await self.content(of: response, call, upTo: maximumBytes))
    }
  }

  /// An object's content in pieces as they arrive, for what is too large to be held.
  ///
  /// Sent again only until the answer begins: pieces that were handed over cannot be taken back.
  /// - Throws: as `get`, and what `receive` throws, wrapped in nothing.
  public func read(
    bucket: String, key: String, range: Range<Int>? = nil, _ receive: (ArraySlice<UInt8>) async throws -> Void
  ) async throws -> ObjectInfo {
    let call = Call(.GET, bucket, key, headers: Self.header(for: range))
    let response = try await retrying(call) { () async throws(ObjectStorageError) in try await self.response(to: call) }
    var pieces = response.body.makeAsyncIterator()
    while true {
      let piece: ByteBuffer?
      do { piece = try await pieces.next() } catch { throw Self.failure(error, call) }
      guard let piece else { break }
      try await receive(ArraySlice(piece.readableBytesView))
    }
    return try Self.info(response, call)
  }

  /// What is known of an object; nil when there is none.
  public func head(bucket: String, key: String) async throws(ObjectStorageError) -> ObjectInfo? {
    let call = Call(.HEAD, bucket, key)
    do {
      return try await retrying(call) { () async throws(ObjectStorageError) in try Self.info(try await self.response(to: call), call) }
    } catch  where error.status == 404 {
      return nil
    }
  }

  /// Removes an object; none there is no error.
  public func delete(bucket: String, key: String) async throws(ObjectStorageError) {
    do {
      _ = try await send(Call(.DELETE, bucket, key))
    } catch  where error.code == .noSuchKey {
      return
    }
  }

  /// Objects whose keys begin with a prefix, in order of keys, at most 1,000 at a time.
  /// - Parameter next: of the page before; nil for the first one.
  public func list(
    bucket: String, prefix: String = "", next: String? = nil, limit: Int = 1_000
  ) async throws(ObjectStorageError) -> ObjectPage {
    var query = [("list-type", "2"), ("max-keys", String(limit)), ("prefix", prefix)]
    if let next { query.append(("continuation-token", next)) }
    let call = Call(.GET, bucket, nil, query: query)
    return try Self.page(try await send(call), call)
  }

  /// Makes a bucket unless it is there.
  /// - Returns: whether it was made now.
  @discardableResult
  public func createBucket(_ bucket: String) async throws(ObjectStorageError) -> Bool {
    // Amazon's first region takes no location, all others want theirs; storages of one's own take both.
    let location =
      "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>\(configuration.region)"
      + "</LocationConstraint></CreateBucketConfiguration>"
    let body = configuration.region == "us-east-1" ? [] : Array(location.utf8)
    do {
      _ = try await send(Call(.PUT, bucket, nil, body: body))
      return true
    } catch  where error.code == .bucketAlreadyOwned {
      return false
    }
  }

  /// Removes a bucket; none there is no error.
  /// - Throws: `BucketNotEmpty` as the storage says it, where it does.
  public func deleteBucket(_ bucket: String) async throws(ObjectStorageError) {
    do {
      _ = try await send(Call(.DELETE, bucket, nil))
    } catch  where error.code == .noSuchBucket {
      return
    }
  }

  /// Whether the storage answers and knows the credentials.
  /// - Throws: what is wrong.
  public func check(bucket: String) async throws(ObjectStorageError) {
    let call = Call(.HEAD, bucket, nil)
    _ = try await response(to: call)
  }
}
