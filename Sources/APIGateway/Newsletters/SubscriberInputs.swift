import Aggregates
import JSON

/// Somebody asks for the newsletter.
struct SubscriptionInput: RouteInput {
  let content: SubscriberContent
  let source: String?

  init(_ fields: inout InputReader) {
    content = SubscriberContent(
      email: fields.body("email", .text(255, min: 3, .email)), name: fields.optional("name", .text(255, min: 0)),
      phone: fields.optional("phone", .text(20, min: 0)), preferences: fields.optional("preferences", .object(maxBytes: 10_000)))
    source = fields.optional("source", .text(100))
  }
}

/// The token of a link.
struct TokenInput: RouteInput {
  let token: String

  init(_ fields: inout InputReader) {
    token = fields.path("token", .text(255))
  }
}

/// The token of a link to leave, and the campaign whose mail it stood in.
struct LeaveInput: RouteInput {
  let token: String
  let campaignID: CampaignID?

  init(_ fields: inout InputReader) {
    token = fields.path("token", .text(255))
    campaignID = fields.query("campaign_id", .id(CampaignID.self))
  }
}

/// The token of a link in a mail, and where it leads.
struct ClickInput: RouteInput {
  static let address = TextField.text(2_000, .webAddress)

  let token: String
  let url: String?

  init(_ fields: inout InputReader) {
    token = fields.path("token", .text(255))
    url = fields.query("url", Self.address)
  }
}

/// A change of a subscriber: what is left out stays, null removes.
struct SubscriberChange: RouteInput {
  /// What staff can say of a subscription; all other statuses follow from what happens.
  enum Status: String, CaseIterable, Sendable {
    case subscribed, unsubscribed
  }

  let id: NewsletterID
  let email: String?
  let name: Change<String>
  let phone: Change<String>
  let preferences: Change<JSONValue>
  let notes: Change<String>
  let isSubscribed: Bool?

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(NewsletterID.self))
    email = fields.change("email", .text(255, min: 3, .email))
    name = fields.nullableChange("name", .text(255, min: 0))
    phone = fields.nullableChange("phone", .text(20, min: 0))
    preferences = fields.nullableChange("preferences", .object(maxBytes: 10_000))
    notes = fields.nullableChange("notes", .text(10_000, min: 0))
    isSubscribed = fields.change("status", .choice(Status.self)).map { $0 == .subscribed }
  }

  func apply(to content: inout SubscriberContent) {
    content.email = email ?? content.email
    content.name = name.applied(to: content.name)
    content.phone = phone.applied(to: content.phone)
    content.preferences = preferences.applied(to: content.preferences)
    content.notes = notes.applied(to: content.notes)
  }
}

/// Subscribers from elsewhere, who have consented there.
struct SubscriberImport: RouteInput {
  let subscribers: [SubscriberContent]
  let source: String

  init(_ fields: inout InputReader) {
    subscribers = fields.body("subscribers", .list(of: ImportedField(), atMost: 1_000))
    source = fields.optional("source", .text(100)) ?? "import"
  }

  private struct ImportedField: FieldType {
    var placeholder: SubscriberContent { SubscriberContent(email: "") }
    var schema: Schema {
      .object(["email": .text, "name": Schema.text.nullable.optional, "phone": Schema.text.nullable.optional])
    }

    func read(_ json: JSONValue) throws(FieldFault) -> SubscriberContent {
      guard let members = json.objectValue else { throw FieldFault(.wrongType, limit: "object") }
      if let unknown = members.first(where: { !["email", "name", "phone"].contains($0.key) }) {
        throw FieldFault(.unknownField, at: "/\(unknown.key)")
      }
      guard let email = try text(json, "email", TextField.text(255, min: 3, .email)) else {
        throw FieldFault(.missingField, at: "/email")
      }
      return SubscriberContent(
        email: email, name: try text(json, "name", TextField.text(255, min: 0)), phone: try text(json, "phone", TextField.text(20, min: 0)))
    }

    private func text(_ json: JSONValue, _ name: String, _ type: TextField) throws(FieldFault) -> String? {
      guard let member = json[name], !member.isNull else { return nil }
      do throws(FieldFault) {
        return try type.read(member)
      } catch {
        throw FieldFault(error.code, limit: error.limit, at: "/\(name)")
      }
    }
  }
}

/// What a mail provider reports.
struct MailReportInput: RouteInput {
  let key: DeliveryKey
  let url: String?
  let linkText: String?
  let kind: BounceKind
  let reason: String?
  let userAgent: String?
  let ipAddress: String?

  init(_ fields: inout InputReader) {
    key = DeliveryKey(
      fields.body("campaign_id", .id(CampaignID.self)), fields.body("newsletter_id", .id(NewsletterID.self)))
    url = fields.optional("url", .text(2_000, .webAddress))
    linkText = fields.optional("link_text", .text(255, min: 0))
    kind = fields.optional("bounce_type", .choice(BounceKind.self)) ?? .hard
    reason = fields.optional("reason", .text(255, min: 0))
    userAgent = fields.optional("user_agent", .text(1_000, min: 0))
    ipAddress = fields.optional("ip_address", .text(45, min: 0))
    // When it happened by the sender's clock; what is stored is when we were told.
    _ = fields.optional("timestamp", .time)
  }
}
