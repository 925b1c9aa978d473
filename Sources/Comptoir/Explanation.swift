import APIGateway
import EventSourcing
import Logging
import PaymentSandbox
import Postgres

/// Turns what can go wrong at start into one line that says what to do.
enum Explanation {
  static func line(for error: any Error) -> String? {
    if let plain = error as? PlainError { return plain.description }
    if let error = PostgresError.underlying(error) { return words(of: error) }
    if let error = error as? APIGateway.PortInUse { return "port \(error.port) is in use: give another one with COMPTOIR_PORT" }
    if let error = error as? PaymentSandbox.PortInUse { return "port \(error.port) is in use: give another one with PAYMENT_SANDBOX_PORT" }
    if case .unavailable(let reason)? = error as? CommandError { return "the log cannot be used: \(reason)" }
    return nil
  }

  /// By SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html
  private static func words(of error: PostgresError) -> String {
    switch error.sqlState?.rawValue {
    case "28P01", "28000": "PostgreSQL refused the login: check the passwords in the settings (\(error.message))"
    case "3D000": "the database does not exist: run `comptoir migrate` first (\(error.message))"
    case "42883", "42P01", "42703", "3F000": "the database's schema is not this program's: run `comptoir migrate` (\(error.message))"
    case "53100": "the server's disk is full (\(error.message))"
    case let state?: "PostgreSQL: \(error.message) (\(state))"
    case nil: "PostgreSQL cannot be reached: \(error.message)"
    }
  }
}
