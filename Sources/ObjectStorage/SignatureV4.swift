import Crypto

/// Signature Version 4 as S3 wants it: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
///
/// Pure: the time comes in, so the published examples are its tests.
struct SignatureV4: Sendable {
  /// What is signed of a request.
  struct Request: Sendable {
    var method: String
    var host: String
    /// Already percent-encoded, beginning with `/`.
    var path: String
    /// Not yet percent-encoded.
    var query: [(name: String, value: String)] = []
    /// Besides `host`; names in lower case.
    var headers: [(name: String, value: String)] = []
  }

  /// In place of the body's hash where the body is not known when signing, as with every presigned address.
  static let unsignedPayload = "UNSIGNED-PAYLOAD"
  private static let algorithm = "AWS4-HMAC-SHA256"

  let accessKey: String
  let secretKey: String
  let region: String

  /// The headers to send in addition: `x-amz-date`, `x-amz-content-sha256` and `authorization`.
  /// - Parameter payloadHash: SHA-256 of the body in lower-case hexadecimal.
  func headers(for request: Request, payloadHash: String, at time: SignatureTime) -> [(name: String, value: String)] {
    var signed = request
    signed.headers += [("x-amz-content-sha256", payloadHash), ("x-amz-date", time.text)]
    let names = Self.signedHeaders(signed)
    let signature = signature(of: signed, signedHeaders: names, payloadHash: payloadHash, at: time)
    let authorization =
      "\(Self.algorithm) Credential=\(accessKey)/\(scope(time)),SignedHeaders=\(names),Signature=\(signature)"
    return [("x-amz-content-sha256", payloadHash), ("x-amz-date", time.text), ("authorization", authorization)]
  }

  /// The query of an address that anybody may use: the request's own parameters and the signature, percent-encoded.
  ///
  /// Whoever uses it must send the request's headers exactly so.
  /// - Parameter seconds: how long it is good, from 1 to 604,800 (a week).
  func presignedQuery(for request: Request, validFor seconds: Int, at time: SignatureTime) -> String {
    var signed = request
    let names = Self.signedHeaders(signed)
    signed.query += [
      ("X-Amz-Algorithm", Self.algorithm), ("X-Amz-Credential", "\(accessKey)/\(scope(time))"), ("X-Amz-Date", time.text),
      ("X-Amz-Expires", String(seconds)), ("X-Amz-SignedHeaders", names),
    ]
    let signature = signature(of: signed, signedHeaders: names, payloadHash: Self.unsignedPayload, at: time)
    return Self.canonicalQuery(signed.query) + "&X-Amz-Signature=\(signature)"
  }

  /// Parameters in the order and the encoding of the canonical request.
  static func canonicalQuery(_ query: [(name: String, value: String)]) -> String {
    query.map { (PercentEncoding.encode($0.name), PercentEncoding.encode($0.value)) }
      .sorted { $0 < $1 }
      .map { "\($0)=\($1)" }
      .joined(separator: "&")
  }

  private static func signedHeaders(_ request: Request) -> String {
    (request.headers.map(\.name) + ["host"]).sorted().joined(separator: ";")
  }

  private func scope(_ time: SignatureTime) -> String { "\(time.day)/\(region)/s3/aws4_request" }

  private func signature(of request: Request, signedHeaders: String, payloadHash: String, at time: SignatureTime) -> String {
    let headers = (request.headers + [("host", request.host)]).sorted { $0.name < $1.name }.map { "\($0.name):\($0.value)\n" }.joined()
    let canonical = [
      request.method, request.path, Self.canonicalQuery(request.query), headers, signedHeaders, payloadHash,
    ].joined(separator: "\n")
    let text = [Self.algorithm, time.text, scope(time), Hexadecimal.sha256(canonical.utf8)].joined(separator: "\n")
    var key = SymmetricKey(data: Array("AWS4\(secretKey)".utf8))
    for part in [String(time.day), region, "s3", "aws4_request"] {
      key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: key))
    }
    return Hexadecimal.text(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key))
  }
}

/// A second, as signatures write it: `20130524T000000Z`, in UTC.
struct SignatureTime: Sendable, Hashable {
  let text: String
  /// `20130524`
  var day: Substring { text.prefix(8) }

  /// - Parameter secondsSinceEpoch: not before 1970.
  init(secondsSinceEpoch seconds: Int) {
    // Civil date of a day number: https://howardhinnant.github.io/date_algorithms.html#civil_from_days
    let (days, rest) = seconds.quotientAndRemainder(dividingBy: 86_400)
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * month + 2) / 5 + 1
    let civilMonth = month < 10 ? month + 3 : month - 9
    let year = yearOfEra + era * 400 + (civilMonth <= 2 ? 1 : 0)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    text = "\(year)\(two(civilMonth))\(two(day))T\(two(rest / 3_600))\(two(rest / 60 % 60))\(two(rest % 60))Z"
  }
}
