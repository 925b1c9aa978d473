/// The order of a list, and which rows come after a given one in it.
///
/// PostgreSQL counts null as greater than everything: last when ascending, first when descending. The id comes last, in the direction of
/// the first field, so that no two rows are equal.
struct Keyset: Sendable {
  struct Key: Sendable {
    var sql: String
    /// As SQL writes it.
    var type: String
    var isNullable: Bool
    var isDescending: Bool
  }

  var keys: [Key]
  var id: String

  private var isIDDescending: Bool { keys[0].isDescending }

  /// The same rows, met the other way round.
  var reversed: Keyset {
    var keyset = self
    for index in keyset.keys.indices { keyset.keys[index].isDescending.toggle() }
    return keyset
  }

  /// What follows `order by`.
  var order: String {
    (keys.map { "\($0.sql) \($0.isDescending ? "desc" : "asc")" } + ["\(id) \(isIDDescending ? "desc" : "asc")"]).joined(separator: ", ")
  }

  /// The rows behind the one with these values.
  /// - Parameters:
  ///   - values: a parameter (`$3`) for each key; nil where the row has null.
  ///   - idValue: the parameter with the row's id.
  func after(_ values: [String?], id idValue: String) -> String {
    // Where no null is in the way and all run in one direction, a comparison of rows says the same and can walk an index.
    let isPlain = zip(keys, values).allSatisfy { key, value in
      value != nil && key.isDescending == isIDDescending && (key.isDescending || !key.isNullable)
    }
    let comparison = isIDDescending ? "<" : ">"
    if isPlain {
      let right = zip(keys, values).map { "\($1!)::\($0.type)" } + [idValue]
      return "(\((keys.map(\.sql) + [id]).joined(separator: ", "))) \(comparison) (\(right.joined(separator: ", ")))"
    }
    var equal: [String] = []
    var choices: [String] = []
    for (key, value) in zip(keys, values) {
      if let beyond = beyond(key, value) { choices.append((equal + [beyond]).joined(separator: " and ")) }
      equal.append(value.map { "\(key.sql) = \($0)::\(key.type)" } ?? "\(key.sql) is null")
    }
    choices.append((equal + ["\(id) \(comparison) \(idValue)"]).joined(separator: " and "))
    return "(\(choices.map { "(\($0))" }.joined(separator: " or ")))"
  }

  /// What is strictly behind a value of one key; nil when nothing can be.
  private func beyond(_ key: Key, _ value: String?) -> String? {
    switch (value, key.isDescending) {
    case (let value?, true): "\(key.sql) < \(value)::\(key.type)"
    case (let value?, false) where key.isNullable: "(\(key.sql) > \(value)::\(key.type) or \(key.sql) is null)"
    case (let value?, false): "\(key.sql) > \(value)::\(key.type)"
    case (nil, true): "\(key.sql) is not null"
    case (nil, false): nil
    }
  }
}
