import JSON

/// What a client asked to see: `include` and `fields[…]`, checked, in any order.
struct Representation: Sendable, Hashable {
  /// Paths of relations, such as `types.vat`.
  var includes: Set<String> = []
  /// Chosen fields by the resource's name.
  var fields: [String: Set<String>] = [:]

  /// Whether it is the one that a client gets without asking.
  var isBare: Bool { includes.isEmpty && fields.isEmpty }

  /// The same text for the same choice.
  var key: String {
    guard !isBare else { return "" }
    let chosen = fields.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.sorted().joined(separator: ","))" }
    return "\(includes.sorted().joined(separator: ","))?\(chosen.joined(separator: "&"))"
  }
}

/// A resource together with what of it is shown: fields, and relations with their own selection.
struct Selection: Sendable {
  /// Relations of relations are the last that can be included.
  static let maximumDepth = 2

  let resource: Resource
  let fields: [Resource.Field]
  let relations: [(relation: Resource.Relation, selection: Selection)]

  /// - Parameters:
  ///   - embedding: relations of the outermost resource that are shown here without being asked for, beside those that always are.
  init(_ resource: Resource, embedding: [String] = [], _ asked: Representation = Representation()) {
    self.init(resource, embedding: embedding, asked, shown: nil, path: "", ancestors: [])
  }

  private init(
    _ resource: Resource, embedding: [String], _ asked: Representation, shown: [String]?, path: String, ancestors: [String]
  ) {
    let chosen = asked.fields[resource.name]
    func isShown(_ name: String) -> Bool { chosen?.contains(name) ?? shown?.contains(name) ?? true }
    self.resource = resource
    fields = resource.fields.filter { isShown($0.name) }
    relations = resource.includable(below: ancestors).compactMap { relation in
      let place = path + relation.name
      let isEmbedded = (relation.isEmbedded || embedding.contains(relation.name)) && isShown(relation.name)
      guard isEmbedded || asked.includes.contains(place) || asked.includes.contains(where: { $0.hasPrefix(place + ".") }) else {
        return nil
      }
      return (
        relation,
        Selection(
          relation.resource, embedding: [], asked, shown: relation.shown, path: place + ".", ancestors: ancestors + [resource.name])
      )
    }
  }

  /// The outermost columns, and the shape of their JSON. `columns` already holds those that the statement needs anyway.
  func compile(into columns: inout Columns) -> Shape {
    Shape(
      fields.map { field in
        Shape.Member(key: JSONKey(field.name), value: field.value, column: field.isConstant ? 0 : columns.index(of: field.sql))
      }
        + relations.map { relation, selection in
          let (sql, value) = relation.compile(selection)
          return Shape.Member(key: JSONKey(relation.name), value: value, column: columns.index(of: sql))
        })
  }

  /// The values of one row inside another, in the order of the shape's members.
  fileprivate func compileRecord() -> (sql: String, shape: Shape) {
    var expressions: [String] = []
    var members: [Shape.Member] = []
    for field in fields {
      if !field.isConstant { expressions.append(field.sql) }
      members.append(Shape.Member(key: JSONKey(field.name), value: field.value, column: 0))
    }
    for (relation, selection) in relations {
      let (sql, value) = relation.compile(selection)
      expressions.append(sql)
      members.append(Shape.Member(key: JSONKey(relation.name), value: value, column: 0))
    }
    return ("row(\(expressions.joined(separator: ", ")))", Shape(members))
  }
}

/// The columns of a statement; the same expression is selected once.
struct Columns: Sendable {
  private(set) var expressions: [String] = []

  /// Where an expression stands; it is added when it is new.
  mutating func index(of expression: String) -> Int {
    if let index = expressions.firstIndex(of: expression) { return index }
    expressions.append(expression)
    return expressions.count - 1
  }
}

extension Resource {
  /// Relations that may stand at a place. What is among its own owners stays out: its tables would hide theirs.
  func includable(below ancestors: [String]) -> [Relation] {
    guard ancestors.count < Selection.maximumDepth else {
      return relations.filter { $0.isEmbedded && !ancestors.contains($0.resource.name) }
    }
    return relations.filter { $0.resource.name != name && !ancestors.contains($0.resource.name) }
  }
}

extension Resource.Relation {
  /// The one column that holds the relation's rows: a row value, or an array of them.
  fileprivate func compile(_ selection: Selection) -> (sql: String, value: Shape.Value) {
    let (record, shape) = selection.compileRecord()
    switch count {
    case .one: return ("(select \(record) from \(sql))", .one(shape))
    case .many: return ("array(select \(record) from \(sql))", .many(shape))
    }
  }
}

extension Resource.Field {
  var isConstant: Bool {
    if case .constant = kind { true } else { false }
  }

  var value: Shape.Value {
    switch kind {
    case .integer, .id: .integer
    case .decimal: .decimal
    case .text, .choice: .text
    case .bool: .bool
    case .time: .time
    case .json: .json
    case .constant(let text): .constant(JSONValue.string(text).serialized)
    }
  }
}
