extension ObjectStorage {
  /// An address from which anybody who has it can fetch an object.
  /// - Parameters:
  ///   - lifetime: at most a week.
  ///   - filename: what a browser saves it as; nil lets the browser show it.
  public func presignedGet(bucket: String, key: String, lifetime: Duration, filename: String? = nil) -> PresignedRequest {
    let query = filename.map { [("response-content-disposition", Self.attachment($0))] } ?? []
    return presigned("GET", bucket, key, query: query, headers: [], lifetime: lifetime)
  }

  /// An address to which anybody who has it can upload one object, of this type and size and no other.
  /// - Parameters:
  ///   - size: bytes.
  ///   - lifetime: at most a week.
  public func presignedPut(bucket: String, key: String, contentType: String, size: Int, lifetime: Duration) -> PresignedRequest {
    presigned(
      "PUT", bucket, key, query: [], headers: [("content-length", String(size)), ("content-type", contentType)], lifetime: lifetime)
  }

  private func presigned(
    _ method: String, _ bucket: String, _ key: String, query: [(String, String)], headers: [(String, String)], lifetime: Duration
  ) -> PresignedRequest {
    let seconds = lifetime.components.seconds
    precondition((1...604_800).contains(seconds), "a presigned address is good for a second to a week")
    let (host, path) = place(bucket, key, at: configuration.publicEndpoint)
    let request = SignatureV4.Request(
      method: method, host: host, path: path, query: query.map { ($0, $1) }, headers: headers.map { ($0, $1) })
    let signed = signer.presignedQuery(for: request, validFor: Int(seconds), at: SignatureTime(secondsSinceEpoch: now()))
    return PresignedRequest(
      method: method, url: "\(configuration.publicEndpoint.scheme)://\(host)\(path)?\(signed)",
      headers: Dictionary(uniqueKeysWithValues: headers), lifetime: lifetime)
  }

  /// RFC 6266: a plain name for old clients, and the real one encoded.
  private static func attachment(_ filename: String) -> String {
    let plain = String(
      filename.unicodeScalars.map { (" "..."~").contains($0) && !"\"\\%".unicodeScalars.contains($0) ? Character($0) : "_" })
    return "attachment; filename=\"\(plain)\"; filename*=UTF-8''\(PercentEncoding.encode(filename))"
  }
}
