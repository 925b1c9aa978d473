import EventSourcing
import JSON

@testable import Aggregates

extension RandomShop {
  // MARK: Contacts

  static let contactSteps: [Step] = [
    { shop in
      guard shop.contactTags.count < 8 else { return }
      let id = ContactTagID(shop.freshID())
      if try await shop.send(AddContactTag(id: id, row: .init(name: shop.name("Tag")))) != nil { shop.contactTags.append(id) }
    },
    { shop in
      guard let id = shop.any(shop.contactTags) else { return }
      let (name, color) = (shop.name("Tag"), shop.any(["#123", "#a1B2c3"])!)
      try await shop.send(ChangeContactTag(tagID: id) { ($0.name, $0.color) = (name, color) })
    },
    { shop in
      guard shop.chance(40), let id = shop.any(shop.contactTags) else { return }
      let replacement = shop.chance(50) ? shop.any(shop.contactTags.filter { $0 != id }) : nil
      for _ in 0..<2 { try await shop.send(RemoveContactTag(tagID: id, replacement: replacement)) }
      shop.contactTags.removeAll { $0 == id }
    },
    { shop in
      guard shop.contactLists.count < 8 else { return }
      let (id, isDynamic) = (ContactListID(shop.freshID()), shop.chance(30))
      let definition = ContactListDefinition(
        name: shop.name("List"), description: shop.chance(30) ? shop.name("about") : nil, type: shop.any(ContactListType.allCases)!,
        isDynamic: isDynamic, criteria: isDynamic ? [shop.criterion(), shop.criterion()] : [],
        metadata: shop.chance(30) ? ["since": 1, "é": ["x", .null]] : nil)
      if try await shop.send(CreateContactList(listID: id, definition: definition, createdBy: shop.any(shop.users))) != nil {
        shop.contactLists[id] = isDynamic
      }
    },
    { shop in
      guard let (id, isDynamic) = shop.any(shop.contactLists) else { return }
      let status = shop.any([nil, .active, .inactive] as [ContactListStatus?])!
      let (name, criteria) = (shop.name("List"), isDynamic ? [shop.criterion()] : [])
      try await shop.send(
        ChangeContactList(listID: id, status: status, updatedBy: shop.any(shop.users)) { ($0.name, $0.criteria) = (name, criteria) })
    },
    { shop in
      guard shop.chance(20), let (id, _) = shop.any(shop.contactLists) else { return }
      let archived =
        try await shop.chance(50)
        ? shop.send(ArchiveContactList(listID: id, archivedBy: nil))
        : shop.send(ArchiveIdleContactList(listID: id, timer: shop.fired))
      if archived != nil { shop.contactLists[id] = nil }
    },
    addContact, addContact, addContact,
    { shop in
      guard let id = shop.any(shop.contacts) else { return }
      let (email, claim): (String?, String?) =
        shop.chance(30) ? ("\(id).\(shop.freshID())@example.org", "contact-email:\(shop.freshID())") : (nil, nil)
      let content = shop.contactContent(email ?? "")
      let tags = shop.chance(40) ? shop.someTags() : nil
      try await shop.send(
        ChangeContact(contactID: id, emailClaim: claim, tags: tags) { old in
          let known = old.email
          old = content
          old.email = email ?? known
        })
    },
    { shop in
      let content = shop.contactContent("signup\(shop.freshID())@example.org")
      let id = shop.chance(50) ? shop.any(shop.contacts) ?? ContactID(shop.freshID()) : ContactID(shop.freshID())
      let command = SignUpContact(
        contactID: id, content: content, emailClaim: "contact-email:\(shop.freshID())", newsletter: shop.chance(80),
        marketing: shop.chance(30))
      if try await shop.send(command) != nil, !shop.contacts.contains(id) { shop.contacts.append(id) }
    },
    { shop in
      let ids = [shop.any(shop.contacts) ?? ContactID(shop.freshID()), ContactID(shop.freshID())]
      let rows = ids.map {
        ImportContacts.Row(
          contactID: $0, content: shop.contactContent("import\(shop.freshID())@example.org"), emailClaim: "contact-email:\(shop.freshID())")
      }
      if try await shop.send(ImportContacts(rows: rows)) != nil { shop.contacts += ids.filter { !shop.contacts.contains($0) } }
    },
    { shop in
      guard let id = shop.any(shop.contacts), let user = shop.any(shop.users) else { return }
      try await shop.send(LinkContactToUser(contactID: id, userID: user))
      let name = shop.name("Ada")
      try await shop.send(FollowUser(contactID: id, userID: user) { $0.firstName = name })
    },
    act, act, act,
    { shop in
      guard let (list, isDynamic) = shop.any(shop.contactLists) else { return }
      let command = AddToContactList(
        listID: list, contactIDs: shop.someContacts(), firstMembership: LinkID(shop.freshID()), addedBy: shop.any(shop.users),
        isSync: isDynamic)
      for _ in 0..<6 { _ = shop.freshID() }
      try await shop.send(command)
      if isDynamic { try await shop.send(RecordContactListSync(listID: list, updatedBy: nil)) }
    },
    { shop in
      guard let (list, isDynamic) = shop.any(shop.contactLists) else { return }
      try await shop.send(RemoveFromContactList(listID: list, contactIDs: shop.someContacts(), isSync: isDynamic))
    },
    { shop in
      guard shop.contacts.count > 10, let id = shop.any(shop.contacts) else { return }
      if try await shop.send(ActOnContact(contactID: id, .delete(reason: shop.chance(50) ? shop.name("why") : nil))) != nil {
        shop.contacts.removeAll { $0 == id }
      }
    },
  ]

  private static func addContact(_ shop: RandomShop) async throws {
    let id = ContactID(shop.freshID())
    let command = AddContact(
      contactID: id, content: shop.contactContent("c\(id)@example.org"), emailClaim: "contact-email:\(id)",
      source: shop.any(ContactSource.allCases)!, status: shop.any([.active, .active, .inactive])!,
      subscriptions: ContactSubscriptions(newsletter: shop.chance(40), marketing: shop.chance(30), sms: shop.chance(20)),
      userID: shop.chance(20) ? shop.any(shop.users) : nil, tags: shop.someTags())
    if try await shop.send(command) != nil { shop.contacts.append(id) }
  }

  private static func act(_ shop: RandomShop) async throws {
    let action: ContactAction =
      switch shop.number(0...5) {
      case 0: .subscribe(shop.any(ContactSubscription.allCases)!)
      case 1: .unsubscribe(shop.any(ContactUnsubscription.allCases)!)
      case 2: shop.any(shop.contactTags).map { ContactAction.tag($0) } ?? .count(.sent)
      case 3: shop.any(shop.contactTags).map { ContactAction.untag($0) } ?? .count(.sent)
      case 4: .move(shop.any([.active, .inactive, .inactive, .complained])!)
      default: .count(shop.any([.sent, .opened, .opened, .clicked, .bounced])!)
      }
    try await shop.send(ActOnContacts(contactIDs: shop.someContacts(), action))
  }

  private func contactContent(_ email: String) -> ContactContent {
    ContactContent(
      email: email, firstName: chance(70) ? name("Ada") : nil, lastName: chance(70) ? name("L") : nil,
      company: chance(30) ? name("Co") : nil,
      phone: chance(30) ? "+33 1" : nil, country: chance(50) ? "FR" : nil, city: chance(50) ? name("Paris") : nil,
      language: any(["fr", "en"])!, birthDate: any([nil, "1999-12-31", "2000-01-01", "1904-02-29"])!, gender: any([nil, .female, .other])!,
      customFields: chance(30) ? ["size": 42, "note": .string(name("x"))] : nil, notes: chance(20) ? name("note") : nil)
  }

  private func criterion() -> ContactListCriterion {
    any([
      ContactListCriterion(field: .status, comparison: .equals, value: "active"),
      ContactListCriterion(field: .emailOpenCount, comparison: .greaterThan, value: "3", logic: .or),
      ContactListCriterion(field: .tags, comparison: .contains, value: name("Tag")),
    ])!
  }

  private func someTags() -> [ContactTagID] { contactTags.filter { _ in chance(30) } }

  private func someContacts() -> [ContactID] { (0..<number(1...4)).compactMap { _ in any(contacts) } }
}
