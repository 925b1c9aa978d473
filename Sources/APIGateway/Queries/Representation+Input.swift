import JSON

/// What clients may choose at one place: which relations `include` takes, and which names each `fields[…]`.
struct RepresentationRules: Sendable {
  /// Most rows, beside the answer's own, that an `include` may be expected to bring.
  static let maximumCost: Int64 = 2_500

  /// Paths that `include` takes, and how many rows each is expected to bring for one row of the answer.
  private let paths: [(path: String, rows: Int64)]
  /// `fields[name]` for each resource that can occur, and what it takes.
  private let fieldsets: [(parameter: String, resource: String, type: NameListField)]
  private let include: NameListField?

  init(_ resource: Resource, embedding: [String]) {
    var paths: [(path: String, rows: Int64)] = []
    var names: [(resource: String, names: [String])] = []
    func visit(_ resource: Resource, embedding: [String], path: String, rows: Int64, ancestors: [String]) {
      let relations = resource.includable(below: ancestors)
      let embedded = relations.filter { $0.isEmbedded || embedding.contains($0.name) }.map(\.name)
      let own = resource.fields.map(\.name) + embedded
      if let index = names.firstIndex(where: { $0.resource == resource.name }) {
        names[index].names += own.filter { !names[index].names.contains($0) }
      } else {
        names.append((resource.name, own))
      }
      for relation in relations {
        let (place, expected) = (path + relation.name, rows * Int64(relation.expected))
        if ancestors.count < Selection.maximumDepth { paths.append((place, expected)) }
        visit(relation.resource, embedding: [], path: place + ".", rows: expected, ancestors: ancestors + [resource.name])
      }
    }
    visit(resource, embedding: embedding, path: "", rows: 1, ancestors: [])
    self.paths = paths
    include = paths.isEmpty ? nil : NameListField(names: paths.map(\.path))
    fieldsets = names.map { ("fields[\($0.resource)]", $0.resource, NameListField(names: $0.names)) }
  }

  /// Reads `include` and `fields[…]`.
  /// - Parameter rows: how many rows the answer can have, for the limit on what `include` brings.
  func read(_ input: inout InputReader, rows: Int64 = 1) -> Representation {
    var asked = Representation()
    if let include, let paths = input.query("include", include) { asked.includes = Set(paths) }
    for fieldset in fieldsets {
      if let names = input.query(fieldset.parameter, fieldset.type) { asked.fields[fieldset.resource] = Set(names) }
    }
    if !asked.includes.isEmpty, cost(of: asked.includes) * rows > Self.maximumCost {
      input.fault("?include", .tooLarge, limit: "limit × related rows ≤ \(Self.maximumCost)")
    }
    return asked
  }

  /// Rows that are expected for one row of the answer; a path brings those on its way.
  private func cost(of includes: Set<String>) -> Int64 {
    paths.reduce(0) { sum, item in
      includes.contains { $0 == item.path || $0.hasPrefix(item.path + ".") } ? sum + item.rows : sum
    }
  }
}

/// Names out of a list, separated by commas, none of them twice.
struct NameListField: FieldType {
  let names: [String]

  var placeholder: [String] { [] }
  var schema: Schema { Schema.array(.choice(names)).with("minItems", 1).with("uniqueItems", true) }

  func read(_ json: JSONValue) throws(FieldFault) -> [String] {
    guard case .string(let text) = json else { throw FieldFault(.wrongType) }
    var found: [String] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let name = names.first(where: { $0 == part }) else {
        throw FieldFault(.valueNotAllowed, limit: "“\(part.prefix(100))”: \(names.joined(separator: ", "))")
      }
      if found.contains(name) { throw FieldFault(.valueNotAllowed, limit: "“\(name)”") }
      found.append(name)
    }
    return found
  }
}
