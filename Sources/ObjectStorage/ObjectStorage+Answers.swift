import AsyncHTTPClient
import NIOHTTP1

extension ObjectStorage {
  static func header(for range: Range<Int>?) -> [(String, String)] {
    range.map { [("range", "bytes=\($0.lowerBound)-\(max($0.lowerBound, $0.upperBound - 1))")] } ?? []
  }

  /// The object's size is behind the `/` of `Content-Range` when a range was asked for.
  static func info(_ response: HTTPClientResponse, _ call: Call) throws(ObjectStorageError) -> ObjectInfo {
    let headers = response.headers
    let whole = headers.first(name: "content-range").flatMap { $0.split(separator: "/").last.flatMap { Int($0) } }
    guard let size = whole ?? headers.first(name: "content-length").flatMap({ Int($0) }) else { throw call.error(.malformedAnswer) }
    return ObjectInfo(size: size, contentType: headers.first(name: "content-type"), etag: headers.first(name: "etag"))
  }

  /// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
  static func page(_ body: [UInt8], _ call: Call) throws(ObjectStorageError) -> ObjectPage {
    guard let document = XMLElements(body) else { throw call.error(.malformedAnswer) }
    let root = "ListBucketResult"
    // In every object's element these come once, so their lists go together.
    func all(_ name: String) -> [String] { document.leaves.filter { $0.path == "\(root)/Contents/\(name)" }.map(\.text) }
    let (keys, sizes, times) = (all("Key"), all("Size"), all("LastModified"))
    guard keys.count == sizes.count, keys.count == times.count else { throw call.error(.malformedAnswer) }
    var objects: [ListedObject] = []
    for (index, key) in keys.enumerated() {
      guard let size = Int(sizes[index]) else { throw call.error(.malformedAnswer) }
      objects.append(ListedObject(key: key, size: size, lastModified: times[index]))
    }
    let isTruncated = document["\(root)/IsTruncated"] == "true"
    return ObjectPage(objects: objects, next: isTruncated ? document["\(root)/NextContinuationToken"] : nil)
  }
}
