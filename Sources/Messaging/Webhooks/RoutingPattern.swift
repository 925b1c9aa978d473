import Aggregates

/// A pattern of routing keys as topic exchanges of AMQP 0-9-1 have them: words with dots between them, where `*` stands for exactly one
/// word and `#` for any number of them, none included (<https://www.rabbitmq.com/tutorials/amqp-concepts>).
public struct RoutingPattern: Sendable, Hashable {
  public let text: String
  private let words: [Substring]

  /// - Parameter text: at most 255 bytes; words of lower-case letters, digits, `_` and `-`. Nil for anything else.
  public init?(_ text: String) {
    let words = text.split(separator: ".", omittingEmptySubsequences: false)
    guard text.utf8.count <= 255, words.allSatisfy(Self.isWord) else { return nil }
    self.text = text
    self.words = words
  }

  private static func isWord(_ word: Substring) -> Bool {
    word == "*" || word == "#"
      || !word.isEmpty
        && word.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
  }

  public func matches(_ routingKey: String) -> Bool {
    let key = routingKey.split(separator: ".", omittingEmptySubsequences: false)
    // Which of the key's words may come next, 0 to their number, after the pattern's words so far.
    var places: Set<Int> = [0]
    for word in words {
      if word == "#" {
        guard let first = places.min() else { return false }
        places = Set(first...key.count)
      } else {
        places = Set(places.lazy.filter { $0 < key.count && (word == "*" || key[$0] == word) }.map { $0 + 1 })
      }
    }
    return places.contains(key.count)
  }

  /// Whether any message that can be published has such a key.
  public var matchesSomething: Bool { MessageCatalogue.routingKeys.contains(where: matches) }
}
