/// Coordinates as decimal text.
enum Degrees {
  /// An optional minus sign, one to three digits, and a point with one to eight digits or nothing.
  /// - Throws: `FieldError`: of another form, or beyond the limit on either side.
  static func check(_ text: String?, _ field: String, limit: Int64) throws(FieldError) {
    guard let text else { return }
    let parts = text.utf8.drop { $0 == UInt8(ascii: "-") }.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(digits.contains) }), parts[0].count <= 3,
      parts.count == 1 || parts[1].count <= 8, let degrees = Double(text)
    else { throw FieldError(field, .malformed) }
    guard abs(degrees) <= Double(limit) else { throw FieldError(field, .outOfRange(minimum: -limit, maximum: limit)) }
  }
}
