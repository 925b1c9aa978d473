import Aggregates
import EventSourcing
import JSON

/// Who receives a campaign.
struct TargetingInput: RouteInput {
  struct Preferences: RouteInput {
    let categories: [String]

    init(_ fields: inout InputReader) {
      categories = fields.optional("categories", .list(of: .text(255), atMost: 100)) ?? []
    }
  }

  let targeting: CampaignTargeting

  init(_ fields: inout InputReader) {
    targeting = CampaignTargeting(
      statuses: fields.optional("status", .list(of: .choice(SubscriberStatus.self), atMost: 4)) ?? [],
      categories: fields.optionalObject("preferences", Preferences.self)?.categories ?? [],
      sources: fields.optional("subscription_source", .list(of: .text(255), atMost: 100)) ?? [],
      excludesBounced: fields.optional("exclude_bounced", .bool) ?? false,
      minimumSubscribedDays: fields.optional("min_subscribed_days", .integer(min: 0, max: 36_500)),
      maximumBounceCount: fields.optional("max_bounce_count", .integer(min: 0, max: 36_500)))
  }
}

/// A new draft. With a template, what is left out of subject and content is taken from it.
struct NewCampaign: RouteInput {
  let name: String
  let subject: String?
  let content: String?
  let plainText: String?
  let type: CampaignType
  let targeting: CampaignTargeting?
  let templateID: EmailTemplateID?
  let notes: String?

  init(_ fields: inout InputReader) {
    name = fields.body("name", .text(255))
    subject = fields.optional("subject", .text(255))
    content = fields.optional("content", .text(1_000_000))
    plainText = fields.optional("plain_text", .text(1_000_000, min: 0))
    type = fields.optional("campaign_type", .choice(CampaignType.self)) ?? .newsletter
    targeting = fields.optionalObject("targeting_criteria", TargetingInput.self)?.targeting
    templateID = fields.optional("email_template_id", .id(EmailTemplateID.self))
    notes = fields.optional("notes", .text(10_000, min: 0))
    if templateID == nil, !fields.isDescribing {
      if subject == nil { fields.fault("/subject", .missingField) }
      if content == nil { fields.fault("/content", .missingField) }
    }
  }
}

/// A change of a draft: what is left out stays, null removes.
struct CampaignChange: RouteInput {
  let id: CampaignID
  let name: String?
  let subject: String?
  let content: String?
  let plainText: Change<String>
  let type: CampaignType?
  let targeting: Change<CampaignTargeting>
  let notes: Change<String>

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(CampaignID.self))
    name = fields.change("name", .text(255))
    subject = fields.change("subject", .text(255))
    content = fields.change("content", .text(1_000_000))
    plainText = fields.nullableChange("plain_text", .text(1_000_000, min: 0))
    type = fields.change("campaign_type", .choice(CampaignType.self))
    targeting = fields.nullableObject("targeting_criteria", TargetingInput.self).map(\.targeting)
    notes = fields.nullableChange("notes", .text(10_000, min: 0))
  }

  func apply(to campaign: inout CampaignContent) {
    // A plain text that was made from the HTML follows it; one that staff wrote stays.
    let wasMade = CampaignContent(name: "", subject: "", content: campaign.content).plainText == campaign.plainText
    campaign.name = name ?? campaign.name
    campaign.subject = subject ?? campaign.subject
    campaign.content = content ?? campaign.content
    switch plainText {
    case .set(let text): campaign.plainText = text
    case .unchanged where !wasMade: break
    case .clear, .unchanged: campaign.plainText = CampaignContent(name: "", subject: "", content: campaign.content).plainText
    }
    campaign.type = type ?? campaign.type
    campaign.targeting = targeting.applied(to: campaign.targeting)
    campaign.notes = notes.applied(to: campaign.notes)
  }
}

struct ScheduleInput: RouteInput {
  let id: CampaignID
  let scheduledAt: Timestamp

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(CampaignID.self))
    scheduledAt = fields.body("scheduled_at", .time)
  }
}

struct TestSendInput: RouteInput {
  let id: CampaignID
  let emails: [String]

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(CampaignID.self))
    emails = fields.body("emails", .list(of: .text(255, min: 3, .email), atMost: CampaignTestRequested.maximumAddresses))
  }
}

/// The variables of a template, by name: `{"month": {"type": "string", "required": true, "description": null}}`.
struct VariablesField: FieldType {
  var placeholder: [TemplateVariable] { [] }

  var schema: Schema {
    Schema([
      "type": "object",
      "additionalProperties": Schema.object([
        "type": Schema.choice(TemplateVariable.Kind.allCases.map(\.rawValue)).optional, "required": Schema.boolean.optional,
        "description": Schema.text.nullable.optional,
      ]).json,
    ])
  }

  func read(_ json: JSONValue) throws(FieldFault) -> [TemplateVariable] {
    guard let members = json.objectValue else { throw FieldFault(.wrongType, limit: "object") }
    var variables: [TemplateVariable] = []
    for (name, value) in members {
      guard let details = value.objectValue else { throw FieldFault(.wrongType, limit: "object", at: "/\(name)") }
      if let unknown = details.first(where: { !["type", "required", "description"].contains($0.key) }) {
        throw FieldFault(.unknownField, at: "/\(name)/\(unknown.key)")
      }
      let required = value["required"]?.boolValue
      if required == nil, value["required"] != nil { throw FieldFault(.wrongType, limit: "boolean", at: "/\(name)/required") }
      let kind = value["type"].flatMap(\.stringValue).flatMap(TemplateVariable.Kind.init(rawValue:))
      if kind == nil, value["type"] != nil { throw FieldFault(.valueNotAllowed, at: "/\(name)/type") }
      let description = value["description"]?.stringValue
      if description?.utf8.contains(0) == true { throw FieldFault(.nulCharacter, at: "/\(name)/description") }
      variables.append(
        TemplateVariable(name: name, type: kind ?? .string, isRequired: required ?? true, description: description))
    }
    return variables
  }
}

struct NewTemplate: RouteInput {
  let row: EmailTemplate.Row

  init(_ fields: inout InputReader) {
    row = EmailTemplate.Row(
      name: fields.body("name", .text(255)), slug: fields.body("slug", .text(255)), subject: fields.body("subject", .text(255)),
      html: fields.body("html_content", .text(1_000_000)), plain: fields.optional("plain_content", .text(1_000_000, min: 0)),
      variables: fields.optional("variables", VariablesField()) ?? [],
      category: fields.optional("category", .choice(TemplateCategory.self)) ?? .newsletter,
      isActive: fields.optional("is_active", .bool) ?? true, description: fields.optional("description", .text(10_000, min: 0)))
  }
}

struct TemplateChange: RouteInput {
  let id: EmailTemplateID
  let name: String?
  let slug: String?
  let subject: String?
  let html: String?
  let plain: Change<String>
  let variables: [TemplateVariable]?
  let category: TemplateCategory?
  let isActive: Bool?
  let description: Change<String>

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(EmailTemplateID.self))
    name = fields.change("name", .text(255))
    slug = fields.change("slug", .text(255))
    subject = fields.change("subject", .text(255))
    html = fields.change("html_content", .text(1_000_000))
    plain = fields.nullableChange("plain_content", .text(1_000_000, min: 0))
    variables = fields.change("variables", VariablesField())
    category = fields.change("category", .choice(TemplateCategory.self))
    isActive = fields.change("is_active", .bool)
    description = fields.nullableChange("description", .text(10_000, min: 0))
  }

  func apply(to row: inout EmailTemplate.Row) {
    row.name = name ?? row.name
    row.slug = slug ?? row.slug
    row.subject = subject ?? row.subject
    row.html = html ?? row.html
    row.plain = plain.applied(to: row.plain)
    row.variables = variables ?? row.variables
    row.category = category ?? row.category
    row.isActive = isActive ?? row.isActive
    row.description = description.applied(to: row.description)
  }
}
