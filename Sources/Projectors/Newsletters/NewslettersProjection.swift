import Aggregates
import EventSourcing
import JSON

extension Projection {
  /// `newsletters_service_db`: subscribers, campaigns with their mails, mail templates, and a copy of accounts.
  public static let newsletters = Projection(
    database: "newsletters_service_db",
    ownCategories: [
      Subscriber.category, EmailTemplate.category, Campaign.category, CampaignDelivery.category, TransactionalMail.category,
      NewsletterSaga.category,
    ],
    tables: [
      NewsletterTables.subscribers, NewsletterTables.templates, NewsletterTables.campaigns, NewsletterTables.mails,
      NewsletterTables.users.table,
    ],
    handlers: subscribers + templates + NewsletterHandlers.campaigns + NewsletterHandlers.mails + NewsletterTables.users.handlers
      + [.ignoring(StreamSagaParked<NewsletterSaga>.self), .ignoring(StreamSagaResumed<NewsletterSaga>.self)])

  private static let subscribers: [EventHandler] = [
    .on(SubscriptionRequested.self) { event, facts, rows in
      begin(event.newsletterID, event.personal, event.source, event.tokenHash, .pending, isNew: event.isNew, facts, &rows)
    },
    .on(SubscriberEnrolled.self) { event, facts, rows in
      begin(event.newsletterID, event.personal, event.source, event.tokenHash, .subscribed, isNew: event.isNew, facts, &rows)
    },
    .on(SubscriptionConfirmed.self) { event, facts, rows in
      set(event.newsletterID, ["status": "subscribed", "subscribed_at": .timestamp(facts.occurredAt)], facts, &rows)
    },
    .on(SubscriptionRenewed.self) { event, facts, rows in
      set(
        event.newsletterID,
        [
          "status": "subscribed", "subscribed_at": .timestamp(facts.occurredAt), "unsubscribed_at": nil,
          "subscription_source": .text(event.source), "bounce_count": 0,
        ], facts, &rows)
    },
    .on(SubscriberDetailsChanged.self) { event, facts, rows in
      set(event.newsletterID, columns(event.newsletterID, event.personal), facts, &rows)
    },
    .on(SubscriberUnsubscribed.self) { event, facts, rows in
      set(event.newsletterID, ["status": "unsubscribed", "unsubscribed_at": .timestamp(facts.occurredAt)], facts, &rows)
    },
    .on(SubscriberBounced.self) { event, facts, rows in
      set(
        event.newsletterID,
        ["status": .name(event.status), "bounce_count": .int(event.bounceCount), "last_bounce_at": .timestamp(facts.occurredAt)], facts,
        &rows)
    },
    .on(SubscriberBouncesForgotten.self) { event, facts, rows in
      set(event.newsletterID, ["bounce_count": 0], facts, &rows)
    },
    .on(SubscriberDeleted.self) { event, facts, rows in
      set(event.newsletterID, ["deleted_at": .timestamp(facts.occurredAt)], facts, &rows)
    },
  ]

  private static let templates = EventHandler.reference(EmailTemplate.self, NewsletterTables.templates) { row in
    let variables = JSONValue.object(
      row.variables.map { variable in
        let value: JSONValue = [
          "type": .string(variable.type.rawValue), "required": .bool(variable.isRequired),
          "description": variable.description.map { .string($0) } ?? .null,
        ]
        return (key: variable.name, value: value)
      })
    return [
      "name": .text(row.name), "slug": .text(row.slug), "subject": .text(row.subject), "html_content": .text(row.html),
      "plain_content": .text(row.plain), "variables": .json(variables), "category": .name(row.category), "is_active": .bool(row.isActive),
      "created_by": .id(row.createdBy), "description": .text(row.description),
    ]
  }

  /// A row begins, or begins anew.
  private static func begin(
    _ id: NewsletterID, _ content: SubscriberContent?, _ source: String?, _ tokenHash: String, _ status: SubscriberStatus, isNew: Bool,
    _ facts: EventFacts, _ rows: inout RowChanges
  ) {
    var values = columns(id, content)
    values.append([
      "status": .name(status), "subscribed_at": status == .subscribed ? .timestamp(facts.occurredAt) : .null, "unsubscribed_at": nil,
      "subscription_source": .text(source), "unsubscribe_token": .text(tokenHash), "bounce_count": 0, "last_bounce_at": nil,
      "updated_at": .timestamp(facts.occurredAt), "deleted_at": nil,
    ])
    guard isNew else { return rows.update(NewsletterTables.subscribers, .id(id), set: values) }
    values.append(["id": .id(id), "created_at": .timestamp(facts.occurredAt)])
    rows.insert(into: NewsletterTables.subscribers, values)
  }

  private static func set(_ id: NewsletterID, _ values: ColumnValues, _ facts: EventFacts, _ rows: inout RowChanges) {
    var values = values
    values.append(["updated_at": .timestamp(facts.occurredAt)])
    rows.update(NewsletterTables.subscribers, .id(id), set: values)
  }

  /// What a subscriber says; empty once he was forgotten.
  private static func columns(_ id: NewsletterID, _ content: SubscriberContent?) -> ColumnValues {
    [
      "email": .text(content?.email ?? "forgotten-\(id)@forgotten.invalid"), "name": .text(content?.name),
      "phone": .text(content?.phone), "preferences": .json(content?.preferences), "notes": .text(content?.notes),
    ]
  }
}
