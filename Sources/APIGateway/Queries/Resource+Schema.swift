import JSON

extension Resource {
  /// Answers of this resource as the API description shows them: with all fields that are shown without being chosen, or with some of
  /// all that can be.
  func schema(embedding: [String] = []) -> Schema {
    let name = schemaName.map { $0 + (embedding.isEmpty ? "" : "With" + embedding.map(\.capitalizedWord).joined()) }
    return schema(named: name, embedding: embedding, shown: nil, ancestors: [])
  }

  private func schema(named name: String?, embedding: [String], shown: [String]?, ancestors: [String]) -> Schema {
    let relations = includable(below: ancestors).map { relation in
      let inner = relation.resource.schema(named: nil, embedding: [], shown: relation.shown, ancestors: ancestors + [self.name])
      let isEmbedded = (relation.isEmbedded || embedding.contains(relation.name)) && shown?.contains(relation.name) ?? true
      return (name: relation.name, schema: relation.count == .one ? inner.nullable : .array(inner), isEmbedded: isEmbedded)
    }
    let usual =
      fields.filter { shown?.contains($0.name) ?? true }.map { ($0.name, $0.schema) }
      + relations.map { ($0.name, $0.isEmbedded ? $0.schema : $0.schema.optional) }
    let chosen = fields.map { ($0.name, $0.schema.optional) } + relations.map { ($0.name, $0.schema.optional) }
    let (whole, part) = (Schema.object(fields: usual), Schema.object(fields: chosen))
    return name.map { .either(whole.named($0), part.named("\($0)Fields")) } ?? .either(whole, part)
  }
}

extension Resource.Field {
  /// As the API description shows it.
  var schema: Schema {
    let schema =
      switch kind {
      case .integer: Schema.integer
      case .id: Schema.id
      case .decimal: Schema.decimal
      case .text: Schema.text
      case .bool: Schema.boolean
      case .time: Schema.time
      case .choice(let values): Schema.choice(values)
      case .json(let schema): schema
      case .constant(let value): Schema.choice([value])
      }
    return isNullable ? schema.nullable : schema
  }
}

extension String {
  /// `promo_codes` as `PromoCodes`.
  fileprivate var capitalizedWord: String {
    split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }
}
