/// The elements of an S3 answer, in the order they end: small documents of nested elements with text, without anything else that XML has.
struct XMLElements: Sendable {
  /// An element that has no elements in it: where it is (`ListBucketResult/Contents/Key`) and its text.
  struct Leaf: Sendable, Hashable {
    var path: String
    var text: String
  }

  /// Nil when the bytes are no such document.
  let leaves: [Leaf]

  init?(_ document: some Sequence<UInt8>) {
    let bytes = Array(document)
    var leaves: [Leaf] = []
    var open: [String] = []
    var isLeaf = false
    var text: [UInt8] = []
    var index = bytes.startIndex
    while index < bytes.endIndex {
      guard bytes[index] == UInt8(ascii: "<") else {
        text.append(bytes[index])
        index += 1
        continue
      }
      guard let end = bytes[index...].firstIndex(of: UInt8(ascii: ">")) else { return nil }
      let tag = bytes[(index + 1)..<end]
      index = end + 1
      switch tag.first {
      case UInt8(ascii: "?"), UInt8(ascii: "!"): continue
      case UInt8(ascii: "/"):
        guard let name = open.last, tag.dropFirst().elementsEqual(name.utf8), let content = Self.unescaped(text) else { return nil }
        if isLeaf { leaves.append(Leaf(path: open.joined(separator: "/"), text: content)) }
        open.removeLast()
        isLeaf = false
      default:
        let name = String(decoding: tag.prefix { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "/") }, as: UTF8.self)
        guard !name.isEmpty else { return nil }
        open.append(name)
        isLeaf = true
        if tag.last == UInt8(ascii: "/") {
          leaves.append(Leaf(path: open.joined(separator: "/"), text: ""))
          open.removeLast()
          isLeaf = false
        }
      }
      text = []
    }
    guard open.isEmpty, !leaves.isEmpty else { return nil }
    self.leaves = leaves
  }

  /// The text of the first element at a path.
  subscript(path: String) -> String? { leaves.first { $0.path == path }?.text }

  /// https://www.w3.org/TR/xml/#sec-references; nil for a reference that is none.
  private static func unescaped(_ bytes: [UInt8]) -> String? {
    guard bytes.contains(UInt8(ascii: "&")) else { return String(decoding: bytes, as: UTF8.self) }
    var result = ""
    var rest = Substring(String(decoding: bytes, as: UTF8.self))
    while let start = rest.firstIndex(of: "&") {
      guard let end = rest[start...].firstIndex(of: ";") else { return nil }
      result += rest[..<start]
      let name = rest[rest.index(after: start)..<end]
      switch name {
      case "amp": result += "&"
      case "lt": result += "<"
      case "gt": result += ">"
      case "quot": result += "\""
      case "apos": result += "'"
      default:
        let number = name.hasPrefix("#x") ? UInt32(name.dropFirst(2), radix: 16) : name.hasPrefix("#") ? UInt32(name.dropFirst()) : nil
        guard let scalar = number.flatMap(Unicode.Scalar.init) else { return nil }
        result.unicodeScalars.append(scalar)
      }
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }
}
