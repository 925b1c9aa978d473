/// What went wrong on the way to an object storage or in it.
///
/// `description` holds no key, signature or credential, so it can travel into a log.
public struct ObjectStorageError: Error, Sendable, Hashable, CustomStringConvertible {
  /// S3's word for a failure (<https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>), or one of ours.
  public struct Code: RawRepresentable, Sendable, Hashable {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    /// There is no such object.
    public static let noSuchKey = Code(rawValue: "NoSuchKey")
    /// There is no such bucket.
    public static let noSuchBucket = Code(rawValue: "NoSuchBucket")
    /// The credentials may not do this, or a presigned address is over.
    public static let accessDenied = Code(rawValue: "AccessDenied")
    /// The storage does not know the access key.
    public static let invalidAccessKey = Code(rawValue: "InvalidAccessKeyId")
    /// The secret key is wrong, or something signed was changed on the way.
    public static let signatureDoesNotMatch = Code(rawValue: "SignatureDoesNotMatch")
    /// The range begins behind the object's end.
    public static let invalidRange = Code(rawValue: "InvalidRange")
    /// The bucket is there and belongs to these credentials.
    public static let bucketAlreadyOwned = Code(rawValue: "BucketAlreadyOwnedByYou")
    /// The storage asks for fewer requests.
    public static let slowDown = Code(rawValue: "SlowDown")

    /// Ours: no connection, or it ended before the answer did.
    public static let unreachable = Code(rawValue: "Unreachable")
    /// Ours: the answer did not come in time.
    public static let timeout = Code(rawValue: "Timeout")
    /// Ours: the object is larger than the caller takes.
    public static let tooLarge = Code(rawValue: "TooLarge")
    /// Ours: the answer is not what S3 answers.
    public static let malformedAnswer = Code(rawValue: "MalformedAnswer")
  }

  public let code: Code
  /// The HTTP status; nil when there was no answer.
  public let status: Int?
  /// The storage's name for the request, for whoever searches its log.
  public let requestID: String?
  /// What was asked for, such as `GET products`.
  public let operation: String
  /// The storage's own words.
  public let message: String

  public init(_ code: Code, status: Int? = nil, requestID: String? = nil, operation: String, message: String = "") {
    self.code = code
    self.status = status
    self.requestID = requestID
    self.operation = operation
    self.message = message
  }

  /// Operation, code, status and request id; not the storage's words, which may repeat a key.
  public var description: String {
    "\(operation): \(code.rawValue)" + (status.map { ", status \($0)" } ?? "") + (requestID.map { ", request \($0)" } ?? "")
  }

  /// Whether the same request may succeed a moment later.
  public var isTransient: Bool {
    switch code {
    case .unreachable, .timeout, .slowDown, Code(rawValue: "RequestTimeout"), Code(rawValue: "InternalError"): true
    default: status.map { [429, 500, 502, 503, 504].contains($0) } ?? false
    }
  }
}
