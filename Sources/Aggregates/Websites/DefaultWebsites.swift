/// The websites that every installation starts with, to try things out; their owner is the first administrator.
extension Website {
  public static let defaultRows: [(id: WebsiteID, content: Content)] = [
    (WebsiteID(1), demonstration("E-commerce Principal", "shop.example.com", "shop")),
    (WebsiteID(2), demonstration("Site Corporate", "www.example.com", "corporate")),
    (WebsiteID(3), demonstration("Blog E-commerce", "blog.example.com", "blog")),
    (WebsiteID(4), demonstration("API Documentation", "api.example.com", "docs")),
  ]

  private static func demonstration(_ name: String, _ domain: String, _ subdomain: String) -> Content {
    Content(userID: UserID(1), name: name, domain: domain, subdomain: subdomain)
  }
}
