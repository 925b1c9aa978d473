import EventSourcing
import JSON

@testable import Aggregates

extension RandomShop {
  static let websiteSteps: [Step] = [
    create, create,
    { shop in
      let (name, color) = (shop.name("Shop"), shop.chance(50) ? "#12abEF" : "#000000")
      try await shop.changeAny { content in
        content.name = name
        content.primaryColor = color
        content.theme = .classicShop
      }
    },
    { shop in
      let number = shop.freshID()
      try await shop.changeAny { content in
        content.domain = "d\(number).example.org"
        content.subdomain = "label-\(number)"
      }
    },
    { shop in
      let settings: JSONValue = ["contact": ["phone": .string(shop.name("+33"))], "features": ["enable_blog": .bool(shop.chance(50))]]
      try await shop.changeAny { $0.settings = settings }
    },
    { shop in
      guard let user = shop.any(shop.users) else { return }
      try await shop.changeAny { $0.userID = user }
    },
    { shop in
      guard let id = shop.any(shop.websites) else { return }
      try await shop.send(DeactivateWebsite(websiteID: id, by: .administrator, reason: .maintenance))
      if shop.chance(70) { try await shop.send(ActivateWebsite(websiteID: id, by: .administrator)) }
    },
    { shop in
      guard let id = shop.any(shop.websites) else { return }
      try await shop.send(DeleteWebsite(websiteID: id, by: .administrator))
      if shop.chance(70) { try await shop.send(RestoreWebsite(websiteID: id)) }
    },
  ]

  private static func create(_ shop: RandomShop) async throws {
    guard let user = shop.any(shop.users) else { return }
    let id = WebsiteID(shop.freshID())
    let content = Website.Content(
      userID: user, name: shop.name("Shop"), domain: "shop-\(id).comptoir.example", subdomain: "shop-\(id)",
      logoPath: shop.chance(30) ? "/websites/logos/\(id)/logo.png" : nil)
    let command = CreateWebsite(websiteID: id, content: content, isActive: shop.chance(80), platformDomain: "comptoir.example")
    if try await shop.send(command) != nil { shop.websites.append(id) }
  }

  private func changeAny(_ change: @escaping @Sendable (inout Website.Content) -> Void) async throws {
    guard let id = any(websites) else { return }
    try await send(ChangeWebsite(websiteID: id, by: .administrator, platformDomain: "comptoir.example", change: change))
  }
}
