import EventSourcing
import JSON

@testable import Aggregates

extension RandomShop {
  // MARK: Newsletters

  static let newsletterSteps: [Step] = [
    { shop in
      guard shop.templates.count < 6 else { return }
      let id = EmailTemplateID(shop.freshID())
      if try await shop.send(AddEmailTemplate(id: id, row: shop.template("t-\(id)"))) != nil { shop.templates.append(id) }
    },
    { shop in
      guard let id = shop.any(shop.templates) else { return }
      let row = shop.template("t-\(shop.freshID())")
      try await shop.send(ChangeEmailTemplate(id: id, row: row))
    },
    { shop in
      guard shop.chance(30), let id = shop.any(shop.templates) else { return }
      if try await shop.send(RemoveEmailTemplate(id: id, usedBy: 0)) != nil { shop.templates.removeAll { $0 == id } }
    },
    subscribe, subscribe, enrol, enrol,
    { shop in
      guard let id = shop.any(shop.subscribers.suffix(3)) else { return }
      try await shop.send(ConfirmSubscription(newsletterID: id))
    },
    { shop in
      guard shop.chance(60), let id = shop.any(shop.subscribers) else { return }
      try await shop.send(
        Unsubscribe(newsletterID: id, reason: shop.any(UnsubscribeReason.allCases)!, campaignID: shop.any(shop.campaigns)))
    },
    { shop in
      guard let id = shop.any(shop.subscribers) else { return }
      let content = shop.subscriberContent("")
      try await shop.send(
        ChangeSubscriber(newsletterID: id, isSubscribed: shop.any([nil, nil, true, false])!) { old in
          let email = old.email
          old = content
          old.email = email
        })
    },
    { shop in
      guard shop.chance(30), let id = shop.any(shop.subscribers) else { return }
      try await shop.send(DeleteSubscriber(newsletterID: id))
    },
    { shop in
      let id = CampaignID(shop.freshID())
      if try await shop.send(DraftCampaign(campaignID: id, content: shop.campaignContent(), createdBy: shop.any(shop.users))) != nil {
        shop.campaigns.append(id)
      }
    },
    { shop in
      guard let source = shop.any(shop.campaigns) else { return }
      let id = CampaignID(shop.freshID())
      if try await shop.send(DuplicateCampaign(sourceID: source, campaignID: id, createdBy: nil)) != nil { shop.campaigns.append(id) }
    },
    { shop in
      guard let id = shop.any(shop.campaigns.suffix(3)) else { return }
      let content = shop.campaignContent()
      try await shop.send(ChangeCampaign(campaignID: id) { $0 = content })
    },
    { shop in
      guard shop.chance(40), let id = shop.any(shop.campaigns.suffix(2)) else { return }
      try await shop.send(ScheduleCampaign(campaignID: id, scheduledAt: Timestamp(microseconds: 4_000_000_000_000_000), recipients: 3))
    },
    { shop in
      guard shop.chance(30), let id = shop.any(shop.campaigns), let user = shop.any(shop.users) else { return }
      try await shop.send(TestCampaign(campaignID: id, emails: ["test@example.org"], requestedBy: user))
    },
    sendCampaign, sendCampaign, importCampaign, report, report, report, report,
    { shop in
      // One of the last: those before have nobody left to write to.
      guard shop.chance(30), let id = shop.any(shop.campaigns.suffix(5)) else { return }
      try await shop.send(CancelCampaign(campaignID: id))
      try await shop.send(WithdrawMails(campaignID: id, newsletterIDs: shop.mails.filter { $0.campaignID == id }.map(\.newsletterID)))
      shop.mails.removeAll { $0.campaignID == id }
    },
    { shop in
      guard shop.chance(20), let id = shop.any(shop.campaigns) else { return }
      if try await shop.send(DeleteCampaign(campaignID: id)) != nil { shop.campaigns.removeAll { $0 == id } }
    },
    { shop in
      let what: [NewsletterTimer?] = [
        shop.any(shop.mails).map { .tracking($0) }, shop.any(shop.subscribers).map { .bounces($0) },
        shop.chance(10) ? shop.any(shop.campaigns).map { .campaign($0) } : nil,
      ]
      guard let what = shop.any(what) ?? nil else { return }
      try await shop.send(TidyNewsletters(what, timer: shop.fired))
    },
  ]

  private static func subscribe(_ shop: RandomShop) async throws {
    let known = shop.chance(25) ? shop.any(shop.subscribers) : nil
    let id = known ?? NewsletterID(shop.freshID())
    let command = RequestSubscription(
      newsletterID: id, content: shop.subscriberContent("s\(id)@example.org"), emailClaim: "newsletter-email:\(id)",
      tokenHash: "hash-\(id)",
      source: shop.any([nil, "website", "checkout"])!)
    if try await shop.send(command) != nil, known == nil { shop.subscribers.append(id) }
  }

  private static func enrol(_ shop: RandomShop) async throws {
    let known = shop.chance(20) ? shop.any(shop.subscribers) : nil
    let id = known ?? NewsletterID(shop.freshID())
    let command = EnrolSubscriber(
      newsletterID: id, content: shop.subscriberContent("s\(id)@example.org"), emailClaim: "newsletter-email:\(id)",
      tokenHash: "hash-\(id)",
      source: "api", renews: shop.chance(50))
    let answer = try await shop.chance(50) ? shop.send(ImportSubscribers(rows: [command])) : shop.send(command)
    if answer != nil, known == nil { shop.subscribers.append(id) }
  }

  private static func sendCampaign(_ shop: RandomShop) async throws {
    guard let id = shop.any(shop.campaigns.suffix(3)) else { return }
    let recipients = Array(Set((0..<4).compactMap { _ in shop.any(shop.subscribers) })).sorted()
    let first = CampaignDeliveryID(shop.freshID())
    for _ in recipients { _ = shop.freshID() }
    guard try await shop.send(PrepareMails(campaignID: id, newsletterIDs: recipients, firstDelivery: first)) != nil,
      try await shop.send(StartCampaign(campaignID: id)) != nil
    else { return }
    // Sometimes nobody can be reached.
    let reachesNobody = shop.chance(20)
    for newsletter in recipients {
      let key = DeliveryKey(id, newsletter)
      shop.mails.append(key)
      let chance = reachesNobody ? 1 : shop.number(1...10)
      if chance % 2 == 0 { try await mark(shop, key) }
      // Some wait for ever.
      if chance > 4 { try await shop.send(ReportMail(key, .sent)) }
      if chance < 3 { try await shop.send(ReportMail(key, .failed(reason: chance == 1 ? nil : shop.name("refused")))) }
    }
  }

  /// Another system's campaign, with its mails in two parts.
  private static func importCampaign(_ shop: RandomShop) async throws {
    let id = CampaignID(shop.freshID())
    let sentAt = Timestamp(microseconds: 1_500_000_000_000_000 + shop.number(0...9))
    guard try await shop.send(ImportCampaign(campaignID: id, content: shop.campaignContent(), sentAt: sentAt)) != nil else { return }
    for newsletter in Set((0..<2).compactMap { _ in shop.any(shop.subscribers) }).sorted() {
      let mail = CampaignDeliveryID(shop.freshID())
      try await shop.send(ImportMails(campaignID: id, newsletterIDs: [newsletter], firstDelivery: mail, sentAt: sentAt))
      shop.mails.append(DeliveryKey(id, newsletter))
    }
  }

  /// A sender takes a mail, and the mail server does not take it from him, or nobody knows.
  private static func mark(_ shop: RandomShop, _ key: DeliveryKey) async throws {
    try await shop.send(MarkMail(key, sender: "sender \(shop.number(1...2))"))
    switch shop.number(1...4) {
    case 1: try await shop.send(ReportMail(key, .putOff(reason: "451 4.7.1", byServer: shop.chance(80))))
    case 2: try await shop.send(ReportMail(key, .uncertain(reason: shop.name("connection ended"))))
    default: break
    }
  }

  private static func report(_ shop: RandomShop) async throws {
    guard let key = shop.any(shop.mails) else { return }
    let report: MailReport =
      switch shop.number(0...5) {
      case 0: .delivered
      case 1, 2: .opened(userAgent: shop.name("Mail"), ipAddress: shop.any([nil, "192.0.2.1"])!)
      case 3: .clicked(url: "https://example.org/\(shop.freshID())", linkText: shop.name("more"), userAgent: nil, ipAddress: nil)
      case 4: .bounced(shop.any(BounceKind.allCases)!, reason: shop.any([nil, "full"])!)
      default: .unsubscribed
      }
    if shop.chance(95) { try await shop.send(ReportMail(key, report)) } else { try await shop.send(ReportComplaint(key)) }
    // The time to know who opened a mail is over for some.
    if case .opened(_, ipAddress: .some) = report { try await shop.send(TidyNewsletters(.tracking(key), timer: shop.fired)) }
    // Half a year passes for one whose mail came back.
    if case .bounced = report, shop.chance(50) { try await shop.send(TidyNewsletters(.bounces(key.newsletterID), timer: shop.fired)) }
  }

  private func subscriberContent(_ email: String) -> SubscriberContent {
    SubscriberContent(
      email: email, name: chance(70) ? name("Ada") : nil, phone: chance(30) ? "+33 1" : nil,
      preferences: chance(40) ? ["categories": ["news"], "frequency": "weekly"] : nil, notes: chance(20) ? name("note") : nil)
  }

  private func template(_ slug: String) -> EmailTemplate.Row {
    EmailTemplate.Row(
      name: name("Template"), slug: slug, subject: "{{month}}", html: "<p>{{month}} <a href=\"{{unsubscribe_url}}\">x</a></p>",
      variables: [TemplateVariable(name: "month", description: chance(50) ? name("about") : nil)], isActive: chance(80),
      createdBy: any(users))
  }

  private func campaignContent() -> CampaignContent {
    CampaignContent(
      name: name("Campaign"), subject: "Subject \(freshID())", content: "<p>\(name("Hello"))</p>", type: any(CampaignType.allCases)!,
      targeting: chance(40) ? CampaignTargeting(categories: ["news"], excludesBounced: true, minimumSubscribedDays: 3) : nil,
      templateID: chance(40) ? any(templates) : nil, notes: chance(20) ? name("note") : nil)
  }
}
