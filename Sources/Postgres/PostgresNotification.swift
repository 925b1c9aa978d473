/// A message of `NOTIFY`.
public struct PostgresNotification: Sendable, Hashable {
  /// The channel's name.
  public let channel: String
  /// The text sent along; empty if none was. At most 7,999 bytes.
  public let payload: String
  /// The process number of the session that sent it.
  public let backendProcessID: Int32
}
