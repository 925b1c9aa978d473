import Aggregates
import EventSourcing

/// Households as contacts and subscribers, and the campaigns that were sent to them. All of it is history: no mail follows from it.
extension CompleteJourneyImporter {
  /// How many contacts or mails one command is about.
  private static let step = 250

  /// A household is a contact with its demographics; those that ever got a campaign are subscribers as well.
  func importContact(_ row: ContactRow) async throws -> Imported {
    let email = Self.email(of: row.household)
    let name = "Household \(row.household)"
    let subscribedAt = row.subscribedAt.map(Timestamp.init(microseconds:))
    let contact = ImportContact(
      contactID: .imported(row.household),
      content: ContactContent(email: email, lastName: name, country: "US", language: "en", customFields: row.demographics),
      emailClaim: names.claim(email, "contact-email"), source: .import,
      subscriptions: ContactSubscriptions(newsletter: subscribedAt != nil), userID: .imported(row.household),
      addedAt: Timestamp(microseconds: row.since), subscribedAt: subscribedAt)
    let added = Imported(try await execute(contact, "\(row.household)", "import-contact"), events: 1)
    guard let subscribedAt else { return added }
    let id = NewsletterID.imported(row.household)
    let subscriber = ImportSubscriber(
      newsletterID: id, content: SubscriberContent(email: email, name: name), emailClaim: names.claim(email, "newsletter-email"),
      tokenHash: names.tokenHash(id.rawValue), source: Self.source, subscribedAt: subscribedAt)
    return added + Imported(try await execute(subscriber, "\(row.household)", "import-subscriber"), events: 1)
  }

  func importTag(_ row: TagRow) async throws -> Imported {
    let id = ContactTagID.imported(row.tag)
    let tag = AddContactTag(id: id, row: ContactTag.Row(name: row.name, description: "From The Complete Journey"))
    var imported = Imported(try await execute(tag, "\(row.tag)", "import-tag"), events: 1)
    for (start, households) in Self.steps(row.households) {
      let command = ActOnContacts(contactIDs: households.map(ContactID.imported), .tag(id))
      // And one that tells how many carry it.
      imported = imported + Imported(try await execute(command, "\(row.tag)/\(start)", "import-tag"), events: households.count + 1)
    }
    return imported
  }

  /// A campaign, a mail to each of its households, and a list of these as contacts.
  func importCampaign(_ row: CampaignRow) async throws -> Imported {
    let (from, until) = (Timestamp(microseconds: row.from), Timestamp(microseconds: row.until))
    let (firstDay, lastDay) = (from.rfc3339.prefix(10), (until - .seconds(1)).rfc3339.prefix(10))
    let name = "Campaign \(row.campaign) (\(row.kind))"
    let days = "from \(firstDay) to \(lastDay)"
    let content = CampaignContent(
      name: name, subject: "Campaign \(row.campaign)",
      content: "<p>A campaign of The Complete Journey, \(days). Its text is not known.</p>",
      type: .promotional, notes: "\(row.kind), \(days)")
    let list = ContactListDefinition(
      name: "\(name): households", description: "Households that got campaign \(row.campaign), \(days)", type: .marketing)

    let campaignID = CampaignID.imported(row.campaign)
    var imported = Imported(
      try await execute(ImportCampaign(campaignID: campaignID, content: content, sentAt: from), "\(row.campaign)", "import-campaign"),
      events: 1)
    let listID = ContactListID.imported(row.campaign)
    let created = CreateContactList(listID: listID, definition: list, createdBy: nil)
    imported = imported + Imported(try await execute(created, "\(row.campaign)", "import-contact-list"), events: 1)
    for (start, households) in Self.steps(row.households) {
      // Mails and places on lists are numbered within their campaign, from 1.
      let first = row.campaign * 10_000 + Int64(start) + 1
      let mails = ImportMails(
        campaignID: campaignID, newsletterIDs: households.map(NewsletterID.imported), firstDelivery: .imported(first), sentAt: from)
      let members = AddToContactList(
        listID: listID, contactIDs: households.map(ContactID.imported), firstMembership: .imported(first), addedBy: nil)
      // And one each that tells how many there are.
      let (key, events) = ("\(row.campaign)/\(start)", households.count + 1)
      imported = imported + Imported(try await execute(mails, key, "import-mails"), events: events)
      imported = imported + Imported(try await execute(members, key, "import-contact-list"), events: events)
    }
    return imported
  }

  private static func steps(_ households: [Int64]) -> [(start: Int, households: ArraySlice<Int64>)] {
    stride(from: 0, to: households.count, by: step).map { ($0, households[$0..<min($0 + step, households.count)]) }
  }

  private func execute<C: Command>(_ command: C, _ row: String, _ purpose: String) async throws -> CommandOutcome<C.Answer> {
    try await executor.execute(command, id: CommandID(derivedFrom: "\(Self.source)/\(row)", purpose: purpose))
  }
}
