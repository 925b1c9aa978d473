import Aggregates
import Postgres

/// What answers show of websites_service_db: to everybody the open websites and what visitors see of them; to owners and administrators also
/// the closed ones, and owner and settings.
enum WebsiteResources {
  /// - Parameters:
  ///   - viewer: bigint: who asks; 0 for nobody.
  ///   - teams: bigint[]: the websites he administers; 0 stands for all.
  private static func website(viewer: String, teams: String) -> Resource {
    let isOwn = isOwn(viewer, teams)
    return Resource(
      "website", schema: "Website", table: "websites", from: "websites w", id: "w.id",
      where: "w.deleted_at is null and (w.is_active or \(isOwn))", stream: .init(Website.category), fields: fields(isOwn),
      relations: [.one("owner", owner, on: "o.id = w.user_id and \(isOwn)")],
      filters: [
        Filter("search", alias: "search", .text(100), searched("$?")) { .text(ProductResources.prefixPattern($0)) },
        Filter("is_active", alias: "is_active", .bool, "w.is_active = $?") { .bool($0) },
      ])
  }

  private static func isOwn(_ viewer: String, _ teams: String) -> String {
    "(w.user_id = \(viewer)::bigint or 0 = any(\(teams)::bigint[]) or w.id = any(\(teams)::bigint[]))"
  }

  private static func searched(_ pattern: String) -> String {
    "(internal.fold(w.name) like internal.fold(\(pattern)) or lower(w.domain) like lower(\(pattern)))"
  }

  private static func fields(_ isOwn: String) -> [Resource.Field] {
    [
      .id("id", "w.id"), .id("user_id", "case when \(isOwn) then w.user_id end").nullable,
      .text("name", "w.name").sortable(by: "internal.fold(w.name)"), .text("domain", "w.domain").sortable,
      .text("subdomain", "w.subdomain"),
      .choice("theme", "w.theme", WebsiteTheme.allCases.map(\.rawValue)), .text("primary_color", "w.primary_color"),
      .text("secondary_color", "w.secondary_color"), .text("logo_path", "w.logo_path").nullable,
      .text("favicon_path", "w.favicon_path").nullable,
      .json("settings", "case when \(isOwn) then w.settings end", .websiteSettings).nullable, .bool("is_active", "w.is_active"),
      .time("created_at", "w.created_at").nullable.sortable, .time("updated_at", "w.updated_at").nullable,
    ]
  }

  private static let owner = Resource(
    "owner", table: "users", from: "users o", id: "o.id",
    fields: [.id("id", "o.id"), .text("name", "o.name"), .text("email", "o.email"), .time("deleted_at", "o.deleted_at").nullable])

  /// `$1` bigint: the website; `$2` bigint: who asks; `$3` bigint[]: what he administers.
  static let one = RowQuery("websites.one", website(viewer: "$2", teams: "$3"), where: "w.id = $1")
  /// `$1` bigint: who asks; `$2` bigint[]: what he administers.
  static let list = Listing("websites.list", website(viewer: "$1", teams: "$2"), fixedParameters: 2, defaultSort: "-created_at")
  /// The same; `$3` text: a pattern of names and domains.
  static let searched = Listing(
    "websites.search", website(viewer: "$1", teams: "$2"), where: [searched("$3")], fixedParameters: 3, defaultSort: "-created_at")
  static let deleted = Listing(
    "websites.deleted",
    Resource(
      "deleted_website", schema: "DeletedWebsite", table: "websites", from: "websites w", id: "w.id", where: "w.deleted_at is not null",
      stream: .init(Website.category),
      fields: [
        .id("id", "w.id"), .id("user_id", "w.user_id"), .text("name", "w.name"), .text("domain", "w.domain"),
        .text("subdomain", "w.subdomain"), .time("deleted_at", "w.deleted_at").sortable,
      ]), defaultSort: "-deleted_at")

  /// `$1` bigint: an account. Position, and whether it is there and open, as far as this service knows.
  static let isOpenAccount = PostgresStatement(
    "websites.is_open_account",
    "select \(ReadSide.positionSQL), exists (select from users u where u.id = $1 and u.deleted_at is null)")
}
