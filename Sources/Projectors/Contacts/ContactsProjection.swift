import Aggregates
import EventSourcing
import JSON

extension Projection {
  /// `contacts_service_db`: contacts, the tags they carry and the lists they are on; and copies of accounts and rights.
  public static let contacts = Projection(
    database: "contacts_service_db",
    ownCategories: [Contact.category, ContactList.category, ContactTag.category, ContactTagUsage.category, ContactSaga.category],
    tables: [ContactTables.lists, ContactTables.contacts, ContactTables.tags, ContactTables.members, ContactTables.users.table]
      + RightsTables.all,
    handlers: contact + contactTags + contactLists + ContactTables.users.handlers + RightsTables.handlers
      + [.ignoring(StreamSagaParked<ContactSaga>.self), .ignoring(StreamSagaResumed<ContactSaga>.self)])

  private static let contact: [EventHandler] = [
    .on(ContactAdded.self) { event, facts, rows in
      var values = columns(event.contactID, event.personal)
      values.append([
        "id": .id(event.contactID), "status": .name(event.status), "source": .name(event.source),
        "newsletter_subscribed": .bool(event.subscriptions.newsletter), "marketing_subscribed": .bool(event.subscriptions.marketing),
        "sms_subscribed": .bool(event.subscriptions.sms), "subscribed_at": .time(event.subscribedAt), "email_open_count": 0,
        "email_click_count": 0, "user_id": .id(event.userID), "tags": .json(Array("[]".utf8)),
        "created_at": .timestamp(facts.occurredAt), "updated_at": .timestamp(facts.occurredAt),
      ])
      rows.insert(into: ContactTables.contacts, values)
    },
    .on(ContactDetailsChanged.self) { event, facts, rows in
      set(event.contactID, columns(event.contactID, event.personal), facts, &rows)
    },
    .on(ContactStatusChanged.self) { event, facts, rows in
      set(event.contactID, ["status": .name(event.status)], facts, &rows)
    },
    .on(ContactLinkedToUser.self) { event, facts, rows in
      set(event.contactID, ["user_id": .id(event.userID)], facts, &rows)
    },
    .on(ContactSubscribed.self) { event, facts, rows in
      var values: ColumnValues =
        switch event.subscription {
        case .newsletter: ["newsletter_subscribed": true]
        case .marketing: ["marketing_subscribed": true]
        case .sms: ["sms_subscribed": true]
        }
      values.append(["status": .name(event.status)])
      if event.subscription != .sms { values.append(["subscribed_at": .time(event.subscribedAt), "unsubscribed_at": nil]) }
      set(event.contactID, values, facts, &rows)
    },
    .on(ContactUnsubscribed.self) { event, facts, rows in
      var values: ColumnValues =
        switch event.scope {
        case .newsletter: ["newsletter_subscribed": false, "marketing_subscribed": false]
        case .marketing: ["marketing_subscribed": false]
        case .sms: ["sms_subscribed": false]
        case .all: ["newsletter_subscribed": false, "marketing_subscribed": false, "sms_subscribed": false]
        }
      values.append(["status": .name(event.status)])
      if event.scope == .newsletter || event.scope == .all { values.append(["unsubscribed_at": .timestamp(facts.occurredAt)]) }
      set(event.contactID, values, facts, &rows)
    },
    .on(ContactEngagementCounted.self) { event, facts, rows in
      var values: ColumnValues = [
        "status": .name(event.status), "email_open_count": .int(event.openCount), "email_click_count": .int(event.clickCount),
      ]
      switch event.engagement {
      case .sent: values.append(["last_email_sent_at": .timestamp(facts.occurredAt)])
      case .opened: values.append(["last_email_opened_at": .timestamp(facts.occurredAt)])
      case .clicked: values.append(["last_email_clicked_at": .timestamp(facts.occurredAt)])
      case .bounced: break
      }
      set(event.contactID, values, facts, &rows)
    },
    .on(ContactTagged.self) { event, facts, rows in setTags(event.tags, of: event.contactID, facts, &rows) },
    .on(ContactUntagged.self) { event, facts, rows in setTags(event.tags, of: event.contactID, facts, &rows) },
    .on(ContactTagRenamed.self) { event, facts, rows in setTags(event.tags, of: event.contactID, facts, &rows) },
    .on(ContactAddedToList.self) { event, facts, rows in
      let values: ColumnValues = [
        "status": "active", "added_at": .timestamp(facts.occurredAt), "removed_at": nil, "added_by": .id(event.addedBy),
        "updated_at": .timestamp(facts.occurredAt),
      ]
      if event.isReturn { return rows.update(ContactTables.members, .id(event.membershipID), set: values) }
      var row: ColumnValues = [
        "id": .id(event.membershipID), "contact_list_id": .id(event.listID), "contact_id": .id(event.contactID),
        "created_at": .timestamp(facts.occurredAt),
      ]
      row.append(values)
      rows.insert(into: ContactTables.members, row)
    },
    .on(ContactRemovedFromList.self) { event, facts, rows in
      rows.update(
        ContactTables.members, .id(event.membershipID),
        set: ["status": "inactive", "removed_at": .timestamp(facts.occurredAt), "updated_at": .timestamp(facts.occurredAt)])
    },
    .on(ContactDeleted.self) { event, _, rows in
      rows.deleteAll(from: ContactTables.members, where: "contact_id", equals: .id(event.contactID))
      rows.delete(from: ContactTables.contacts, .id(event.contactID))
    },
  ]

  private static let contactTags: [EventHandler] = [
    .on(ReferenceAdded<ContactTag>.self) { event, facts, rows in
      var values = columns(event.row, facts)
      values.append(["id": .id(event.id), "usage_count": 0, "created_at": .timestamp(facts.occurredAt)])
      rows.insert(into: ContactTables.tags, values)
    },
    .on(ReferenceChanged<ContactTag>.self) { event, facts, rows in
      rows.update(ContactTables.tags, .id(event.id), set: columns(event.row, facts))
    },
    // Nobody carries it any more: contacts lose a tag by events of their own.
    .on(ReferenceRemoved<ContactTag>.self) { event, _, rows in rows.delete(from: ContactTables.tags, .id(event.id)) },
    .on(ContactTagUsageCounted.self) { event, facts, rows in
      rows.update(
        ContactTables.tags, .id(event.tagID), set: ["usage_count": .int(event.usageCount), "updated_at": .timestamp(facts.occurredAt)])
    },
  ]

  private static let contactLists: [EventHandler] = [
    .on(ContactListCreated.self) { event, facts, rows in
      var values = columns(event.definition, facts)
      values.append([
        "id": .id(event.listID), "is_active": true, "status": "active", "contact_count": 0, "created_by": .id(event.createdBy),
        "created_at": .timestamp(facts.occurredAt),
      ])
      rows.insert(into: ContactTables.lists, values)
    },
    .on(ContactListChanged.self) { event, facts, rows in
      var values = columns(event.definition, facts)
      values.append(["updated_by": .id(event.updatedBy)])
      rows.update(ContactTables.lists, .id(event.listID), set: values)
    },
    .on(ContactListStatusChanged.self) { event, facts, rows in
      rows.update(
        ContactTables.lists, .id(event.listID),
        set: [
          "is_active": .bool(event.status == .active), "status": .name(event.status), "updated_by": .id(event.updatedBy),
          "updated_at": .timestamp(facts.occurredAt),
        ])
    },
    .on(ContactListRecounted.self) { event, facts, rows in
      rows.update(
        ContactTables.lists, .id(event.listID),
        set: ["contact_count": .int(event.contactCount), "updated_at": .timestamp(facts.occurredAt)])
    },
    .on(ContactListSynced.self) { event, facts, rows in
      rows.update(
        ContactTables.lists, .id(event.listID), set: ["updated_by": .id(event.updatedBy), "updated_at": .timestamp(facts.occurredAt)])
    },
  ]
}

extension Projection {
  private static func set(_ contact: ContactID, _ values: ColumnValues, _ facts: EventFacts, _ rows: inout RowChanges) {
    var values = values
    values.append(["updated_at": .timestamp(facts.occurredAt)])
    rows.update(ContactTables.contacts, .id(contact), set: values)
  }

  private static func setTags(_ tags: [CarriedTag], of contact: ContactID, _ facts: EventFacts, _ rows: inout RowChanges) {
    set(contact, ["tags": .json(JSONValue.array(tags.map { .string($0.name) }).serialized)], facts, &rows)
  }

  /// What a contact says; empty once he was forgotten.
  private static func columns(_ id: ContactID, _ content: ContactContent?) -> ColumnValues {
    [
      "email": .text(content?.email ?? "forgotten-\(id)@forgotten.invalid"), "first_name": .text(content?.firstName),
      "last_name": .text(content?.lastName), "company": .text(content?.company), "phone": .text(content?.phone),
      "country": .text(content?.country), "city": .text(content?.city), "language": .text(content?.language ?? "fr"),
      "birth_date": .date(content?.birthDate),
      "gender": .text(content?.gender?.rawValue), "custom_fields": .json(content?.customFields), "notes": .text(content?.notes),
    ]
  }

  private static func columns(_ tag: ContactTag.Row, _ facts: EventFacts) -> ColumnValues {
    [
      "name": .text(tag.name), "color": .text(tag.color), "description": .text(tag.description), "type": .name(tag.type),
      "updated_at": .timestamp(facts.occurredAt),
    ]
  }

  private static func columns(_ list: ContactListDefinition, _ facts: EventFacts) -> ColumnValues {
    let criteria = list.criteria.map { criterion in JSONWriter.object { criterion.encode(to: &$0) } }
    return [
      "name": .text(list.name), "description": .text(list.description), "type": .name(list.type),
      "criteria": list.isDynamic ? .json(array: criteria) : .null, "is_dynamic": .bool(list.isDynamic), "metadata": .json(list.metadata),
      "updated_at": .timestamp(facts.occurredAt),
    ]
  }
}
