import Postgres

/// Statements on auth_service_db.
enum AuthStatements {
  /// `$1` bigint: the user; `$2` text: the role of the token.
  static let me = PostgresStatement(
    "auth.me",
    """
    select \(ReadSide.positionSQL), (
      select json_build_object(
        'id', id, 'firstname', firstname, 'lastname', lastname, 'email', email,
        'email_verified_at', internal.rfc3339(email_verified_at), 'role', $2::text,
        'created_at', internal.rfc3339(created_at), 'updated_at', internal.rfc3339(updated_at))
      from users where id = $1 and deleted_at is null)
    """)
}
