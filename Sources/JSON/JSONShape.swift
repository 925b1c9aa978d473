/// Which JSON values a piece of code may write: of which types, with which fields, and which of them may be null or be left out.
///
/// It is found by letting the code write (``init(of:)``), so that it cannot differ from what is written: the overload of `JSONWriter.field`
/// that a field is written by tells whether it can be null. What depends on the values that are written is known of the values that were
/// tried: `merge` adds what other ones show.
public struct JSONShape: Sendable, Hashable {
  /// A field of an object.
  public struct Field: Sendable, Hashable {
    public let name: String
    public var shape: JSONShape
    /// Whether every object has it, be it null.
    public var isRequired: Bool
  }

  /// What a string is.
  enum Text: Hashable {
    case plain
    /// One of these.
    case names([String])
    /// The value of the keyword `format` of JSON Schema.
    case format(String)
    /// A regular expression that the whole of it fits.
    case pattern(String)
  }

  /// Any value at all, null as well.
  var isAnything = false
  var mayBeNull = false
  var mayBeBoolean = false
  /// Whole numbers alone, unless `mayBeFraction`.
  var mayBeInteger = false
  var mayBeFraction = false
  var text: Text?
  /// Of each element of an array: empty where it is not known, since there was none; nil for what is no array.
  var elements: [JSONShape]?
  /// Of an object, in the order of writing.
  public internal(set) var fields: [Field]?

  /// What nothing was seen of yet.
  public init() {}

  private static func with(_ change: (inout JSONShape) -> Void) -> JSONShape {
    var shape = JSONShape()
    change(&shape)
    return shape
  }

  public static let anything = with { $0.isAnything = true }
  static let null = with { $0.mayBeNull = true }
  static let boolean = with { $0.mayBeBoolean = true }
  static let integer = with { $0.mayBeInteger = true }
  static let number = with { ($0.mayBeInteger, $0.mayBeFraction) = (true, true) }
  public static let text = with { $0.text = .plain }

  /// A string that is one of these; any string where there are none.
  public static func names(_ names: [String]) -> JSONShape {
    with { $0.text = names.isEmpty ? .plain : .names(names) }
  }

  /// A string of a format that JSON Schema knows, such as `date-time`.
  public static func text(format: String) -> JSONShape {
    with { $0.text = .format(format) }
  }

  /// A string that a regular expression fits.
  public static func text(pattern: String) -> JSONShape {
    with { $0.text = .pattern(pattern) }
  }

  public static func array(of element: JSONShape) -> JSONShape {
    with { $0.elements = [element] }
  }

  static func object(_ fields: [Field]) -> JSONShape {
    with { $0.fields = fields }
  }

  /// An object that has all of these fields.
  public init(fields: [(name: String, shape: JSONShape)]) {
    self.fields = fields.map { Field(name: $0.name, shape: $0.shape, isRequired: true) }
  }

  /// The same, or null.
  public var orNull: JSONShape {
    var shape = self
    shape.mayBeNull = true
    return shape
  }

  /// What it is a field of an object with this name.
  public subscript(name: String) -> JSONShape? {
    fields?.first { $0.name == name }?.shape
  }

  // MARK: Both

  /// Adds what another one may be. A field that one of two objects lacks is not in all of them.
  public mutating func merge(_ other: JSONShape) {
    isAnything = isAnything || other.isAnything
    mayBeNull = mayBeNull || other.mayBeNull
    mayBeBoolean = mayBeBoolean || other.mayBeBoolean
    mayBeInteger = mayBeInteger || other.mayBeInteger
    mayBeFraction = mayBeFraction || other.mayBeFraction
    text = Self.merged(text, other.text)
    if let theirs = other.elements {
      var all = JSONShape()
      for element in (elements ?? []) + theirs { all.merge(element) }
      elements = all == JSONShape() ? [] : [all]
    }
    if let theirs = other.fields { mergeFields(theirs) }
  }

  private mutating func mergeFields(_ theirs: [Field]) {
    guard var mine = fields else {
      fields = theirs
      return
    }
    for index in mine.indices where !theirs.contains(where: { $0.name == mine[index].name }) { mine[index].isRequired = false }
    // Where another object has a field more, its place is behind the one it follows there.
    var place = 0
    for field in theirs {
      if let index = mine.firstIndex(where: { $0.name == field.name }) {
        mine[index].shape.merge(field.shape)
        mine[index].isRequired = mine[index].isRequired && field.isRequired
        place = index + 1
      } else {
        mine.insert(Field(name: field.name, shape: field.shape, isRequired: false), at: place)
        place += 1
      }
    }
    fields = mine
  }

  private static func merged(_ one: Text?, _ other: Text?) -> Text? {
    guard let one, let other else { return one ?? other }
    if case .names(let mine) = one, case .names(let theirs) = other { return .names(mine + theirs.filter { !mine.contains($0) }) }
    return one == other ? one : .plain
  }
}
