import Testing

@testable import ObjectStorage

/// The examples of https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html and sigv4-query-string-auth.html.
struct SignatureTests {
  static let signer = SignatureV4(
    accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", region: "us-east-1")
  static let time = SignatureTime(secondsSinceEpoch: 1_369_353_600)
  static let host = "examplebucket.s3.amazonaws.com"
  static let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

  struct Example: Sendable {
    var request: SignatureV4.Request
    var payloadHash = SignatureTests.empty
    var authorization: String
  }

  static let examples = [
    Example(
      request: .init(method: "GET", host: host, path: "/test.txt", headers: [("range", "bytes=0-9")]),
      authorization: "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
        + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
    Example(
      request: .init(
        method: "PUT", host: host, path: "/test%24file.text",
        headers: [("date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")]),
      payloadHash: Hexadecimal.sha256("Welcome to Amazon S3.".utf8),
      authorization: "SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,"
        + "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
    Example(
      request: .init(method: "GET", host: host, path: "/", query: [("lifecycle", "")]),
      authorization: "SignedHeaders=host;x-amz-content-sha256;x-amz-date,"
        + "Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
    Example(
      request: .init(method: "GET", host: host, path: "/", query: [("prefix", "J"), ("max-keys", "2")]),
      authorization: "SignedHeaders=host;x-amz-content-sha256;x-amz-date,"
        + "Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
  ]

  @Test(arguments: examples)
  func `signed headers are those of the published examples`(_ example: Example) {
    let headers = Self.signer.headers(for: example.request, payloadHash: example.payloadHash, at: Self.time)
    #expect(headers.first { $0.name == "x-amz-date" }?.value == "20130524T000000Z")
    #expect(
      headers.first { $0.name == "authorization" }?.value
        == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,\(example.authorization)")
  }

  @Test func `a presigned address is that of the published example`() {
    let request = SignatureV4.Request(method: "GET", host: Self.host, path: "/test.txt")
    #expect(
      Self.signer.presignedQuery(for: request, validFor: 86_400, at: Self.time)
        == "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
        + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
        + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404")
  }

  @Test(
    arguments: zip(
      [0, 951_782_399, 951_782_400, 1_767_225_599, 4_102_444_800],
      ["19700101T000000Z", "20000228T235959Z", "20000229T000000Z", "20251231T235959Z", "21000101T000000Z"]))
  func `a second is written as a civil time in UTC`(_ seconds: Int, _ text: String) {
    #expect(SignatureTime(secondsSinceEpoch: seconds).text == text)
  }

  @Test func `only letters, digits and four marks stay unencoded`() {
    #expect(PercentEncoding.encode("Az09-._~ /+é%") == "Az09-._~%20%2F%2B%C3%A9%25")
    #expect(PercentEncoding.encode("a/b c", keepsSlashes: true) == "a/b%20c")
  }
}
