/// What a client looks for: at least two characters.
struct SearchInput: RouteInput {
  let text: String

  init(_ fields: inout InputReader) {
    text = fields.requiredQuery("q", .text(100, min: 2))
  }
}
