import CLibPQ

/// The answer to one statement: its rows, in the server's binary form, kept where libpq put them until the last reference goes.
///
/// Immutable, so it may be read from several tasks at once.
public final class PostgresResult: @unchecked Sendable {
  // Unchecked: a PGresult is never changed after libpq hands it over, and only `deinit` frees it.
  let handle: OpaquePointer?

  /// Number of rows; 0 for a statement that returns none.
  public let count: Int
  /// Number of columns.
  public let columnCount: Int

  init(handle: OpaquePointer?) {
    self.handle = handle
    self.count = Int(PQntuples(handle))
    self.columnCount = Int(PQnfields(handle))
  }

  deinit { PQclear(handle) }

  /// Whether there is no row.
  public var isEmpty: Bool { count == 0 }

  /// Rows that were inserted, updated, deleted, selected or copied; 0 for other statements.
  public var affectedRows: Int {
    guard let text = PQcmdTuples(handle) else { return 0 }
    return Int(String(cString: text)) ?? 0
  }

  /// The command tag, such as `INSERT 0 1`.
  var commandTag: String { PQcmdStatus(handle).map { String(cString: $0) } ?? "" }

  /// The name of a column, counted from 0.
  public func columnName(_ column: Int) -> String {
    precondition((0..<columnCount).contains(column), "column \(column) of \(columnCount)")
    return PQfname(handle, Int32(column)).map { String(cString: $0) } ?? ""
  }

  /// The row at an index, counted from 0 in the server's order.
  @inline(__always)
  public subscript(row: Int) -> PostgresRow {
    precondition(row >= 0 && row < count, "row index out of range")
    return PostgresRow(result: self, row: Int32(row))
  }
}

extension PostgresResult: RandomAccessCollection {
  /// 0.
  public var startIndex: Int { 0 }
  /// The number of rows.
  public var endIndex: Int { count }
}
