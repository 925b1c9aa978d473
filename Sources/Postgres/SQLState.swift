/// A five-character condition code of the server, the only thing to branch on when a statement fails.
///
/// The codes and their classes (the first two characters) are those of the PostgreSQL manual, appendix A:
/// <https://www.postgresql.org/docs/15/errcodes-appendix.html>. Message texts are translated and change between versions.
public struct SQLState: RawRepresentable, Hashable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
  /// The five characters, such as `23505`.
  public let rawValue: String

  /// Wraps a code as the server sent it; no check is made that the manual knows it.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// Wraps a literal code.
  public init(stringLiteral value: StaticString) { self.rawValue = value.description }

  /// The class of the code: its first two characters.
  public var classCode: String { String(rawValue.prefix(2)) }

  /// The five characters.
  public var description: String { rawValue }
}

extension SQLState {
  // Class 00 and 01: success and warnings never reach an error. Class 08: connections.
  /// 08000, connection_exception.
  public static let connectionException: SQLState = "08000"
  /// 08006, connection_failure.
  public static let connectionFailure: SQLState = "08006"

  // Class 0A
  /// 0A000, feature_not_supported; also "cached plan must not change result type".
  public static let featureNotSupported: SQLState = "0A000"

  // Class 22: data
  /// 22000, data_exception.
  public static let dataException: SQLState = "22000"
  /// 22001, string_data_right_truncation: a text too long for its column.
  public static let stringDataRightTruncation: SQLState = "22001"
  /// 22003, numeric_value_out_of_range.
  public static let numericValueOutOfRange: SQLState = "22003"
  /// 22012, division_by_zero.
  public static let divisionByZero: SQLState = "22012"
  /// 22021, character_not_in_repertoire: bytes that are no text of the database's encoding.
  public static let characterNotInRepertoire: SQLState = "22021"
  /// 22023, invalid_parameter_value.
  public static let invalidParameterValue: SQLState = "22023"
  /// 22P02, invalid_text_representation.
  public static let invalidTextRepresentation: SQLState = "22P02"
  /// 22P03, invalid_binary_representation.
  public static let invalidBinaryRepresentation: SQLState = "22P03"
  /// 22P05, untranslatable_character.
  public static let untranslatableCharacter: SQLState = "22P05"

  // Class 23: constraints
  /// 23502, not_null_violation.
  public static let notNullViolation: SQLState = "23502"
  /// 23503, foreign_key_violation.
  public static let foreignKeyViolation: SQLState = "23503"
  /// 23505, unique_violation.
  public static let uniqueViolation: SQLState = "23505"
  /// 23514, check_violation.
  public static let checkViolation: SQLState = "23514"
  /// 23P01, exclusion_violation.
  public static let exclusionViolation: SQLState = "23P01"

  // Class 25: transaction state
  /// 25001, active_sql_transaction: the statement cannot run inside a transaction.
  public static let activeSQLTransaction: SQLState = "25001"
  /// 25006, read_only_sql_transaction.
  public static let readOnlySQLTransaction: SQLState = "25006"
  /// 25P02, in_failed_sql_transaction.
  public static let inFailedSQLTransaction: SQLState = "25P02"
  /// 25P03, idle_in_transaction_session_timeout.
  public static let idleInTransactionSessionTimeout: SQLState = "25P03"

  // Class 26, 28, 2B, 3D, 3F
  /// 26000, invalid_sql_statement_name: a prepared statement that is not there.
  public static let invalidSQLStatementName: SQLState = "26000"
  /// 28000, invalid_authorization_specification.
  public static let invalidAuthorizationSpecification: SQLState = "28000"
  /// 28P01, invalid_password.
  public static let invalidPassword: SQLState = "28P01"
  /// 2BP01, dependent_objects_still_exist.
  public static let dependentObjectsStillExist: SQLState = "2BP01"
  /// 3D000, invalid_catalog_name: no such database.
  public static let invalidCatalogName: SQLState = "3D000"
  /// 3F000, invalid_schema_name.
  public static let invalidSchemaName: SQLState = "3F000"

  // Class 40: rollback; the whole transaction may be tried again
  /// 40001, serialization_failure.
  public static let serializationFailure: SQLState = "40001"
  /// 40003, statement_completion_unknown.
  public static let statementCompletionUnknown: SQLState = "40003"
  /// 40P01, deadlock_detected.
  public static let deadlockDetected: SQLState = "40P01"

  // Class 42: syntax and access
  /// 42501, insufficient_privilege.
  public static let insufficientPrivilege: SQLState = "42501"
  /// 42601, syntax_error.
  public static let syntaxError: SQLState = "42601"
  /// 42703, undefined_column.
  public static let undefinedColumn: SQLState = "42703"
  /// 42710, duplicate_object.
  public static let duplicateObject: SQLState = "42710"
  /// 42804, datatype_mismatch.
  public static let datatypeMismatch: SQLState = "42804"
  /// 42883, undefined_function.
  public static let undefinedFunction: SQLState = "42883"
  /// 42P01, undefined_table.
  public static let undefinedTable: SQLState = "42P01"
  /// 42P04, duplicate_database.
  public static let duplicateDatabase: SQLState = "42P04"
  /// 42P06, duplicate_schema.
  public static let duplicateSchema: SQLState = "42P06"
  /// 42P07, duplicate_table.
  public static let duplicateTable: SQLState = "42P07"
  /// 42P18, indeterminate_datatype: a parameter's type cannot be told; write `$1::type`.
  public static let indeterminateDatatype: SQLState = "42P18"

  // Class 53, 54, 55: resources and object state
  /// 53100, disk_full.
  public static let diskFull: SQLState = "53100"
  /// 53200, out_of_memory.
  public static let outOfMemory: SQLState = "53200"
  /// 53300, too_many_connections.
  public static let tooManyConnections: SQLState = "53300"
  /// 54000, program_limit_exceeded.
  public static let programLimitExceeded: SQLState = "54000"
  /// 55000, object_not_in_prerequisite_state.
  public static let objectNotInPrerequisiteState: SQLState = "55000"
  /// 55006, object_in_use.
  public static let objectInUse: SQLState = "55006"
  /// 55P03, lock_not_available: `NOWAIT` or `lock_timeout`.
  public static let lockNotAvailable: SQLState = "55P03"

  // Class 57: operator intervention
  /// 57014, query_canceled: `statement_timeout`, or a cancel request.
  public static let queryCanceled: SQLState = "57014"
  /// 57P01, admin_shutdown: also `pg_terminate_backend`.
  public static let adminShutdown: SQLState = "57P01"
  /// 57P02, crash_shutdown.
  public static let crashShutdown: SQLState = "57P02"
  /// 57P03, cannot_connect_now: the server starts, stops or recovers.
  public static let cannotConnectNow: SQLState = "57P03"
  /// 57P05, idle_session_timeout.
  public static let idleSessionTimeout: SQLState = "57P05"

  // Class P0: PL/pgSQL; XX: the server's own faults
  /// P0001, raise_exception: `RAISE EXCEPTION` without a code of its own.
  public static let raiseException: SQLState = "P0001"
  /// P0002, no_data_found.
  public static let noDataFound: SQLState = "P0002"
  /// P0004, assert_failure.
  public static let assertFailure: SQLState = "P0004"
  /// XX000, internal_error.
  public static let internalError: SQLState = "XX000"
}
