import Aggregates
import HTTPTypes
import Postgres
import Synchronization

/// Whose shop a request is for: its host says so, or the header `Comptoir-Website` of a member of staff.
///
/// Answers are remembered for `maximumAge`, since every request asks. The platform's own hosts are known beforehand and cost no look.
final class Tenants: Sendable {
  enum Tenant: Sendable, Hashable {
    /// The platform itself.
    case platform
    case website(WebsiteID)
    /// A website that is closed to visitors.
    case closed(WebsiteID)
    /// A website that was deleted.
    case deleted
  }

  /// `$1` text: a host in lower case; `$2` text: its label on the platform, or an empty text; `$3` bigint: a website's id, or 0.
  private static let find = PostgresStatement(
    "websites.tenant",
    """
    select w.id, w.deleted_at is not null, w.is_active and coalesce(w.settings->'advanced'->>'maintenance_mode', 'false') <> 'true'
    from websites w where lower(w.domain) = $1 or lower(w.subdomain) = $2 or w.id = $3 order by w.deleted_at nulls first limit 1
    """)

  private struct Known {
    var tenant: Tenant
    var checkedAt: ContinuousClock.Instant
  }

  private let side: ReadSide
  private let platformDomain: String
  private let platformHosts: Set<String>
  private let maximumAge: Duration
  private let known = Mutex(TwoGenerationCache<String, Known>(capacity: 2_000))

  /// - Parameters:
  ///   - platformDomain: websites without a domain of their own are labels under it; it is the platform's own as well.
  ///   - platformHosts: further hosts of the platform, in lower case and without ports.
  init(_ side: ReadSide, platformDomain: String, platformHosts: Set<String>, maximumAge: Duration) {
    self.side = side
    self.platformDomain = platformDomain
    self.platformHosts = platformHosts.union([platformDomain])
    self.maximumAge = maximumAge
  }

  /// Whose shop stands at a host; a host that nobody has is the platform's.
  /// - Parameter authority: as the request has it, with or without a port.
  func tenant(at authority: String?) async throws -> Tenant {
    guard let authority else { return .platform }
    let host = Self.host(authority)
    if platformHosts.contains(host) { return .platform }
    let ending = "." + platformDomain
    let label = host.hasSuffix(ending) ? String(host.dropLast(ending.count)) : ""
    return try await remembered(host) { [.text(host), .text(label), .int64(0)] }
  }

  /// The shop of a website.
  func tenant(of website: WebsiteID) async throws -> Tenant {
    try await remembered("#\(website)") { [.text(""), .text(""), .int64(website.rawValue)] }
  }

  private func remembered(_ key: String, _ parameters: () -> [PostgresValue]) async throws -> Tenant {
    if let known = known.withLock({ $0[key] }), .now - known.checkedAt < maximumAge { return known.tenant }
    let now = ContinuousClock.now
    let result = try await side.client.query(Self.find, parameters())
    let tenant: Tenant
    if let row = result.first {
      let id = WebsiteID(try row.int64(0))
      tenant = try row.bool(1) ? .deleted : row.bool(2) ? .website(id) : .closed(id)
    } else {
      tenant = .platform
    }
    known.withLock { $0[key] = Known(tenant: tenant, checkedAt: now) }
    return tenant
  }

  /// An authority without its port, in lower case.
  private static func host(_ authority: String) -> String {
    let end = authority.last == "]" ? nil : authority.utf8.lastIndex(of: UInt8(ascii: ":"))
    return String(end.map { authority[..<$0] } ?? authority[...]).lowercased()
  }
}
