import Aggregates
import JSON

/// How many rows one request may name.
private let maximumBulk = 500

/// A new contact.
struct NewContact: RouteInput {
  let content: ContactContent
  let source: ContactSource
  let status: ContactStatus
  let subscriptions: ContactSubscriptions
  let tags: [String]

  init(_ fields: inout InputReader) {
    content = ContactContent(
      email: fields.body("email", .text(255, min: 3, .email)),
      firstName: fields.optional("first_name", .text(255, min: 0)),
      lastName: fields.optional("last_name", .text(255, min: 0)),
      company: fields.optional("company", .text(255, min: 0)),
      phone: fields.optional("phone", .text(20, min: 0)),
      country: fields.optional("country", .text(2, min: 2, .countryCode)),
      city: fields.optional("city", .text(255, min: 0)),
      language: fields.optional("language", .text(2, min: 2)) ?? "fr",
      birthDate: fields.optional("birth_date", .date),
      gender: fields.optional("gender", .choice(Gender.self)),
      customFields: fields.optional("custom_fields", .object(maxBytes: 10_000)),
      notes: fields.optional("notes", .text(10_000, min: 0)))
    source = fields.optional("source", .choice(ContactSource.self)) ?? .manual
    status = fields.optional("status", .choice(ContactStatus.self)) ?? .active
    subscriptions = ContactSubscriptions(
      newsletter: fields.optional("newsletter_subscribed", .bool) ?? false,
      marketing: fields.optional("marketing_subscribed", .bool) ?? false, sms: fields.optional("sms_subscribed", .bool) ?? false)
    tags = fields.optional("tags", .list(of: .text(255), atMost: Contact.maximumTags)) ?? []
  }
}

/// A change of a contact: what is left out stays, null removes.
struct ContactChange: RouteInput {
  let id: ContactID
  let email: String?
  let firstName: Change<String>
  let lastName: Change<String>
  let company: Change<String>
  let phone: Change<String>
  let country: Change<String>
  let city: Change<String>
  let language: String?
  let birthDate: Change<String>
  let gender: Change<Gender>
  let customFields: Change<JSONValue>
  let notes: Change<String>
  let status: ContactStatus?
  let tags: [String]?

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(ContactID.self))
    email = fields.change("email", .text(255, min: 3, .email))
    firstName = fields.nullableChange("first_name", .text(255, min: 0))
    lastName = fields.nullableChange("last_name", .text(255, min: 0))
    company = fields.nullableChange("company", .text(255, min: 0))
    phone = fields.nullableChange("phone", .text(20, min: 0))
    country = fields.nullableChange("country", .text(2, min: 2, .countryCode))
    city = fields.nullableChange("city", .text(255, min: 0))
    language = fields.change("language", .text(2, min: 2))
    birthDate = fields.nullableChange("birth_date", .date)
    gender = fields.nullableChange("gender", .choice(Gender.self))
    customFields = fields.nullableChange("custom_fields", .object(maxBytes: 10_000))
    notes = fields.nullableChange("notes", .text(10_000, min: 0))
    status = fields.change("status", .choice(ContactStatus.self))
    tags = fields.change("tags", .list(of: .text(255), atMost: Contact.maximumTags))
  }

  func apply(to content: inout ContactContent) {
    content.email = email ?? content.email
    content.firstName = firstName.applied(to: content.firstName)
    content.lastName = lastName.applied(to: content.lastName)
    content.company = company.applied(to: content.company)
    content.phone = phone.applied(to: content.phone)
    content.country = country.applied(to: content.country)
    content.city = city.applied(to: content.city)
    content.language = language ?? content.language
    content.birthDate = birthDate.applied(to: content.birthDate)
    content.gender = gender.applied(to: content.gender)
    content.customFields = customFields.applied(to: content.customFields)
    content.notes = notes.applied(to: content.notes)
  }
}

struct SubscribeInput: RouteInput {
  let id: ContactID
  let type: ContactSubscription

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(ContactID.self))
    type = fields.body("type", .choice(ContactSubscription.self))
  }
}

struct UnsubscribeInput: RouteInput {
  let id: ContactID
  let type: ContactUnsubscription

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(ContactID.self))
    type = fields.optional("type", .choice(ContactUnsubscription.self)) ?? .all
  }
}

struct EngagementInput: RouteInput {
  enum Kind: String, CaseIterable, Sendable {
    case opened, clicked, bounced
  }

  let id: ContactID
  let engagement: ContactEngagement

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(ContactID.self))
    engagement = ContactEngagement(rawValue: fields.body("type", .choice(Kind.self)).rawValue) ?? .opened
  }
}

/// Contacts by their ids.
struct ContactIDsInput: RouteInput {
  let id: Int64
  let contactIDs: [ContactID]

  init(_ fields: inout InputReader) {
    id = fields.path("id", .integer(min: 1))
    contactIDs = fields.contactIDs()
  }
}

/// The same for several contacts.
struct BulkActionInput: RouteInput {
  enum Action: String, CaseIterable, Sendable {
    case delete, subscribe, unsubscribe
    case addTag = "add_tag"
    case removeTag = "remove_tag"
    case updateStatus = "update_status"
  }

  /// What an action needs beside its name.
  struct Details: RouteInput {
    let type: ContactUnsubscription?
    let tagID: ContactTagID?
    let status: ContactStatus?

    init(_ fields: inout InputReader) {
      type = fields.optional("type", .choice(ContactUnsubscription.self))
      tagID = fields.optional("tag_id", .id(ContactTagID.self))
      status = fields.optional("status", .choice(ContactStatus.self))
    }
  }

  let contactIDs: [ContactID]
  let action: ContactAction

  init(_ fields: inout InputReader) {
    let name = fields.body("action", .choice(Action.self))
    contactIDs = fields.contactIDs()
    let data = fields.optionalObject("data", Details.self)
    func needed<T>(_ value: T?, _ field: String, else placeholder: T) -> T {
      if value == nil { fields.fault("/data/\(field)", .missingField) }
      return value ?? placeholder
    }
    switch name {
    case .delete: action = .delete(reason: nil)
    case .subscribe:
      let type = data?.type.map { ContactSubscription(rawValue: $0.rawValue) } ?? .newsletter
      if type == nil { fields.fault("/data/type", .valueNotAllowed, limit: "newsletter, marketing, sms") }
      action = .subscribe(type ?? .newsletter)
    case .unsubscribe: action = .unsubscribe(data?.type ?? .all)
    case .addTag: action = .tag(needed(data?.tagID, "tag_id", else: ContactTagID(1)))
    case .removeTag: action = .untag(needed(data?.tagID, "tag_id", else: ContactTagID(1)))
    case .updateStatus: action = .move(needed(data?.status, "status", else: .active))
    }
  }
}

extension InputReader {
  /// One or more contacts, as `contact_ids`.
  fileprivate mutating func contactIDs() -> [ContactID] {
    let before = faults.count
    let ids = body("contact_ids", .list(of: .id(ContactID.self), atMost: maximumBulk))
    if ids.isEmpty, faults.count == before, !isDescribing { fault("/contact_ids", .tooShort, limit: "≥ 1") }
    return ids
  }
}

/// The public sign-up form.
struct SignUpInput: RouteInput {
  let content: ContactContent
  let newsletter: Bool
  let marketing: Bool

  init(_ fields: inout InputReader) {
    content = ContactContent(
      email: fields.body("email", .text(255, min: 3, .email)),
      firstName: fields.optional("first_name", .text(255, min: 0)),
      lastName: fields.optional("last_name", .text(255, min: 0)),
      company: fields.optional("company", .text(255, min: 0)),
      phone: fields.optional("phone", .text(20, min: 0)),
      country: fields.optional("country", .text(2, min: 2, .countryCode)),
      city: fields.optional("city", .text(255, min: 0)),
      language: fields.optional("language", .text(2, min: 2)) ?? "fr")
    newsletter = fields.optional("newsletter", .bool) ?? true
    marketing = fields.optional("marketing", .bool) ?? false
  }
}

/// Leaving by the public form.
struct SignOffInput: RouteInput {
  enum Scope: String, CaseIterable, Sendable {
    case newsletter, marketing, all
  }

  let email: String
  let scope: ContactUnsubscription

  init(_ fields: inout InputReader) {
    email = fields.body("email", .text(255, min: 3, .email))
    scope = ContactUnsubscription(rawValue: (fields.optional("type", .choice(Scope.self)) ?? .newsletter).rawValue) ?? .newsletter
  }
}
