import Postgres

/// Statements on addresses_service.
enum AddressStatements {
  private static let country = """
    json_build_object(
      'id', c.id, 'name', c.name, 'code', c.code, 'iso3', c.iso3, 'phone_code', c.phone_code, 'is_active', c.is_active,
      'created_at', internal.rfc3339(c.created_at), 'updated_at', internal.rfc3339(c.updated_at))
    """

  private static let region = """
    json_build_object(
      'id', r.id, 'name', r.name, 'code', r.code, 'country_id', r.country_id, 'is_active', r.is_active,
      'created_at', internal.rfc3339(r.created_at), 'updated_at', internal.rfc3339(r.updated_at))
    """

  private static let address = """
    json_build_object(
      'id', a.id, 'user_id', a.user_id, 'type', a.type, 'first_name', a.first_name, 'last_name', a.last_name, 'company', a.company,
      'address_line_1', a.address_line_1, 'address_line_2', a.address_line_2, 'city', a.city, 'postal_code', a.postal_code,
      'region_id', a.region_id, 'country_id', a.country_id, 'phone', a.phone, 'is_default', a.is_default,
      'latitude', a.latitude::text, 'longitude', a.longitude::text,
      'created_at', internal.rfc3339(a.created_at), 'updated_at', internal.rfc3339(a.updated_at))
    """

  static let countries = PostgresStatement(
    "addresses.countries",
    """
    select \(ReadSide.positionSQL),
      coalesce((select json_agg(\(country) order by c.name, c.id) from countries c where c.is_active), '[]'::json)
    """)

  /// `$1` bigint: the country.
  static let oneCountry = PostgresStatement(
    "addresses.country", "select \(ReadSide.positionSQL), (select \(country) from countries c where c.id = $1 and c.is_active)")

  /// `$1` bigint: the country.
  static let regions = PostgresStatement(
    "addresses.regions",
    """
    select \(ReadSide.positionSQL), (
      select coalesce(
        (select json_agg(\(region) order by r.name, r.id) from regions r where r.country_id = c.id and r.is_active), '[]'::json)
      from countries c where c.id = $1 and c.is_active)
    """)

  /// `$1` bigint: the user. Default first, then newest; a user has at most a hundred.
  static let ofUser = PostgresStatement(
    "addresses.of_user",
    """
    select \(ReadSide.positionSQL), coalesce(
      (select json_agg(\(address) order by a.is_default desc, a.created_at desc, a.id desc) from addresses a where a.user_id = $1),
      '[]'::json)
    """)

  /// `$1` bigint: the user; `$2` text: billing or shipping.
  static let ofUserByType = PostgresStatement(
    "addresses.of_user_by_type",
    """
    select \(ReadSide.positionSQL), coalesce(
      (select json_agg(\(address) order by a.is_default desc, a.created_at desc, a.id desc)
       from addresses a where a.user_id = $1 and a.type in ($2::text, 'both')),
      '[]'::json)
    """)

  /// `$1` bigint: the user; `$2` bigint: the address.
  static let one = PostgresStatement(
    "addresses.one", "select \(ReadSide.positionSQL), (select \(address) from addresses a where a.user_id = $1 and a.id = $2)")
}
