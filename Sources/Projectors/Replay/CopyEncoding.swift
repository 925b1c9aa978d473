import EventSourcing
import Postgres

extension PostgresCopyWriter {
  /// A value as a column's own binary form.
  /// - Throws: `ProjectorError.wrongValue`, and `PostgresError.invalidParameter` for times out of range.
  mutating func append(_ value: SQLValue, _ column: Column, _ table: Table) throws {
    switch (column.type, value) {
    case (_, .null): appendNull()
    case (.bigint, .int(let number)): append(number)
    case (.text, .text(let text)): append(text: text)
    case (.timestamptz, .timestamp(let moment)): try append(timestamp: moment.rawValue)
    case (.numeric(let scale), .decimal(let number)), (.numeric(let scale), .int(let number)):
      NumericForm.withBytes(number, scale: scale) { append(bytes: $0) }
    case (.integer, .int(let number)):
      guard let narrow = Int32(exactly: number) else { throw ProjectorError.wrongValue(table: table.name, column: column.name) }
      append(narrow)
    case (.smallint, .int(let number)):
      guard let narrow = Int16(exactly: number) else { throw ProjectorError.wrongValue(table: table.name, column: column.name) }
      append(narrow)
    case (.date, .int(let days)):
      // PostgreSQL counts days from 2000-01-01.
      guard let narrow = Int32(exactly: days - 10_957) else { throw ProjectorError.wrongValue(table: table.name, column: column.name) }
      append(narrow)
    case (.boolean, .bool(let flag)): append(flag)
    case (.jsonb, .json(let bytes)): append(jsonb: bytes)
    default: throw ProjectorError.wrongValue(table: table.name, column: column.name)
    }
  }
}

/// PostgreSQL's binary form of `numeric` (`numeric_recv` in the server's numeric.c): count of digits, weight of the first, sign, scale,
/// then the digits to the base 10,000, each of two bytes, the point between two of them.
enum NumericForm {
  /// Most bytes a number of 64 bits takes, at any scale up to 32.
  private static let capacity = 8 + 2 * 16

  /// - Parameter number: in units of the last place of `scale`.
  static func withBytes<R>(_ number: Int64, scale: Int, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    try withUnsafeTemporaryAllocation(byteCount: capacity, alignment: 8) { buffer in
      func put(_ value: Int16, at index: Int) { buffer.storeBytes(of: value.bigEndian, toByteOffset: index * 2, as: Int16.self) }
      // Digits are groups of four counted from the point, so the fraction is filled up to whole groups.
      let fractionDigits = (scale + 3) / 4
      var rest = number.magnitude
      var digits = (Int16(0), 0)
      // At most 20 decimal digits and three of padding: six groups.
      var reversed: (Int16, Int16, Int16, Int16, Int16, Int16, Int16) = (0, 0, 0, 0, 0, 0, 0)
      var count = 0
      let padding = fractionDigits * 4 - scale
      let factor: UInt64 = [1, 10, 100, 1_000][padding]
      withUnsafeMutableBytes(of: &reversed) { raw in
        let groups = raw.assumingMemoryBound(to: Int16.self)
        // The lowest group holds fewer digits of the number when the scale is padded.
        var divisor = 10_000 / factor
        while rest > 0 {
          let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: divisor)
          groups[count] = Int16(remainder * (count == 0 ? factor : 1))
          rest = quotient
          divisor = 10_000
          count += 1
        }
        // Trailing zero groups are left out, as the server does.
        var skipped = 0
        while skipped < count, groups[skipped] == 0 { skipped += 1 }
        for index in skipped..<count { put(groups[index], at: 4 + count - 1 - index) }
        digits = (Int16(count - fractionDigits - 1), count - skipped)
      }
      put(Int16(digits.1), at: 0)
      put(digits.1 == 0 ? 0 : digits.0, at: 1)
      put(number < 0 ? 0x4000 : 0, at: 2)
      put(Int16(scale), at: 3)
      return try body(UnsafeRawBufferPointer(rebasing: buffer[0..<(8 + 2 * digits.1)]))
    }
  }
}
