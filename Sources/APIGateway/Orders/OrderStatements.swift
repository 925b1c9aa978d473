import Postgres

/// What commands ask of orders_service_db.
enum OrderStatements {
  /// `$1` bigint: the status. How many orders are in it.
  static let usesOfStatus = PostgresStatement(
    "orders.uses_of_status", "select \(ReadSide.positionSQL), (select count(*) from orders o where o.status_id = $1)")
}
