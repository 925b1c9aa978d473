import HTTPTypes

/// Finds the route of a path: a tree by path segments. Fixed words win over `{names}`.
struct RouteTable: Sendable {
  /// A route where it is mounted.
  struct Mount: Sendable {
    var route: Route
    var isDeprecated: Bool
    /// Whether its requests count towards the limits of whoever asks before they are looked at.
    var isLimited: Bool
    /// Names of the path's variable segments, in their order.
    var names: [String]
  }

  enum Lookup: Sendable {
    case found(Mount, values: [(name: String, value: String)])
    /// The path exists, but not with that method.
    case otherMethods([HTTPRequest.Method])
    case none
  }

  private final class Node: Sendable {
    let words: [String: Node]
    let variable: Node?
    let mounts: [HTTPRequest.Method: Mount]

    init(words: [String: Node], variable: Node?, mounts: [HTTPRequest.Method: Mount]) {
      self.words = words
      self.variable = variable
      self.mounts = mounts
    }
  }

  private let root: Node

  /// - Parameter root: routes whose paths stand as they are.
  init(_ groups: [RouteGroup], root: [Route]) {
    var all = groups.flatMap { group in
      group.routes.flatMap { route in
        group.mounts(of: route).map { (path: $0.path, isDeprecated: $0.isDeprecated, isLimited: !route.countsItself, route: route) }
      }
    }
    for route in root {
      for path in [route.path] + route.aliases { all.append((path: path, isDeprecated: false, isLimited: false, route: route)) }
    }
    self.root = Self.node(
      all.map { item in
        let segments = item.path.split(separator: "/").map(String.init)
        let names = segments.filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
        precondition(
          names == item.route.input.path.map(\.name), "\(item.route.operation): the path \(item.path) and its input name different parts")
        return (segments[...], Mount(route: item.route, isDeprecated: item.isDeprecated, isLimited: item.isLimited, names: names))
      })
  }

  private static func node(_ entries: [(ArraySlice<String>, Mount)]) -> Node {
    var mounts: [HTTPRequest.Method: Mount] = [:]
    var words: [String: [(ArraySlice<String>, Mount)]] = [:]
    var variable: [(ArraySlice<String>, Mount)] = []
    for (segments, mount) in entries {
      guard let first = segments.first else {
        let taken = mounts.updateValue(mount, forKey: mount.route.method)
        precondition(taken == nil, "\(mount.route.operation) and \(taken!.route.operation) have the same method and path")
        continue
      }
      if first.hasPrefix("{") {
        variable.append((segments.dropFirst(), mount))
      } else {
        words[first, default: []].append((segments.dropFirst(), mount))
      }
    }
    return Node(words: words.mapValues(node), variable: variable.isEmpty ? nil : node(variable), mounts: mounts)
  }

  /// - Parameter path: as it came, without the query.
  func find(_ method: HTTPRequest.Method, _ path: String) -> Lookup {
    var values: [String] = []
    guard let node = Self.walk(root, path.split(separator: "/")[...], &values),
      !node.mounts.isEmpty
    else { return .none }
    if let mount = node.mounts[method] ?? (method == .head ? node.mounts[.get] : nil) {
      return .found(mount, values: zip(mount.names, values).map { ($0, $1) })
    }
    var methods = Array(node.mounts.keys)
    if node.mounts[.get] != nil { methods.append(.head) }
    return .otherMethods(methods.sorted { $0.rawValue < $1.rawValue })
  }

  private static func walk(_ node: Node, _ segments: ArraySlice<Substring>, _ values: inout [String]) -> Node? {
    guard let segment = segments.first else { return node.mounts.isEmpty ? nil : node }
    if let next = node.words[String(segment)], let found = walk(next, segments.dropFirst(), &values) { return found }
    guard let next = node.variable, let text = PercentCoding.decode(segment) else { return nil }
    values.append(text)
    if let found = walk(next, segments.dropFirst(), &values) { return found }
    values.removeLast()
    return nil
  }
}

/// Percent-encoding of paths and queries (RFC 3986, section 2.1).
enum PercentCoding {
  /// The text; nil when it is no valid UTF-8 or a percent sign stands alone.
  static func decode(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String? {
    guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || (plusIsSpace && $0 == UInt8(ascii: "+")) }) else { return String(text) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    var iterator = text.utf8.makeIterator()
    while let byte = iterator.next() {
      switch byte {
      case UInt8(ascii: "%"):
        guard let high = iterator.next().flatMap(hex), let low = iterator.next().flatMap(hex) else { return nil }
        bytes.append(high << 4 | low)
      case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
      default: bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }

  /// The pairs of a query, in their order; nil when it cannot be decoded.
  static func pairs(_ query: some StringProtocol) -> [(name: String, value: String)]? {
    var pairs: [(name: String, value: String)] = []
    for part in query.split(separator: "&") {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = decode(sides[0], plusIsSpace: true), let value = decode(sides.count > 1 ? sides[1] : "", plusIsSpace: true) else {
        return nil
      }
      pairs.append((name, value))
    }
    return pairs
  }

  /// Unreserved characters as they are, all others as `%XX`.
  static func encode(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = Array("0123456789ABCDEF")
        result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }
    return result
  }

  private static func hex(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 48...57: byte - 48
    case 65...70: byte - 55
    case 97...102: byte - 87
    default: nil
    }
  }
}
