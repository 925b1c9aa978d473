import Postgres

/// What commands ask of deliveries_service_db.
enum DeliveryStatements {
  /// `$1` bigint: the status. How many deliveries are in it, hidden ones included: their rows stay. Likewise below.
  static let usesOfStatus = PostgresStatement(
    "deliveries.uses_of_status", "select \(ReadSide.positionSQL), (select count(*) from deliveries d where d.status_id = $1)")

  static let usesOfSalePoint = PostgresStatement(
    "deliveries.uses_of_sale_point", "select \(ReadSide.positionSQL), (select count(*) from deliveries d where d.sale_point_id = $1)")
}
