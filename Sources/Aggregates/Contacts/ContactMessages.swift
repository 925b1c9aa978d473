import EventSourcing
import JSON

/// What other services hear of contacts, their lists and what they do with mails.
public enum ContactMessages {
  public static let all: [MessageTranslation] = contacts + lists + MessageTranslation.reference(ContactTag.self, "contacts.tag")

  private static let contacts: [MessageTranslation] = [
    MessageTranslation(ContactAdded.self, "contacts.contact.created") { json, contact, event in
      json.field("contact_id", contact.contactID)
      json.field("user_id", contact.userID)
      json.field("email", contact.personal?.email)
      json.field("first_name", contact.personal?.firstName)
      json.field("last_name", contact.personal?.lastName)
      json.field("company", contact.personal?.company)
      json.field("phone", contact.personal?.phone)
      json.field("country", contact.personal?.country)
      json.field("city", contact.personal?.city)
      json.field("source", name: contact.source)
      json.field("status", name: contact.status)
      json.field("subscribed_to_newsletter", contact.subscriptions.newsletter)
      json.field("subscribed_to_marketing", contact.subscriptions.marketing)
      json.field("created_at", event.occurredAt)
    },
    MessageTranslation(ContactDetailsChanged.self, "contacts.contact.updated") { json, contact, event in
      json.field("contact_id", contact.contactID)
      json.field("email", contact.personal?.email)
      json.field("updated_fields", contact.updatedFields)
      json.field("updated_at", event.occurredAt)
    },
    MessageTranslation(ContactStatusChanged.self, "contacts.contact.updated") { json, contact, event in
      json.field("contact_id", contact.contactID)
      json.field("email", contact.personal?.email)
      json.field("updated_fields", ["status"])
      json.field("previous_status", name: contact.previousStatus)
      json.field("status", name: contact.status)
      json.field("updated_at", event.occurredAt)
    },
    MessageTranslation(ContactDeleted.self, "contacts.contact.deleted") { json, contact, event in
      json.field("contact_id", contact.contactID)
      json.field("email", contact.personal?.email)
      json.field("deleted_at", event.occurredAt)
      json.field("reason", contact.reason)
    },
    MessageTranslation(ContactSubscribed.self, "contacts.contact.subscribed") { json, contact, _ in
      json.field("contact_id", contact.contactID)
      json.field("email", contact.personal?.email)
      json.field("subscription_type", name: contact.subscription)
    },
    MessageTranslation(ContactUnsubscribed.self, "contacts.contact.unsubscribed") { json, contact, _ in
      json.field("contact_id", contact.contactID)
      json.field("email", contact.personal?.email)
      json.field("subscription_type", name: contact.scope)
    },
    MessageTranslation(ContactTagged.self, "contacts.contact.tagged") { json, contact, event in
      json.field("contact_id", contact.contactID)
      json.field("tag_id", contact.tagID)
      json.field("tag_name", contact.tagName)
      json.field("tagged_at", event.occurredAt)
    },
    MessageTranslation(ContactEngagementCounted.self, names: ContactEngagement.allCases.map(name), choosing: { name($0.engagement) }) {
      json, contact, _ in
      json.field("contact_id", contact.contactID)
      json.field("email", contact.personal?.email)
      json.field("engagement_type", name: contact.engagement)
      json.field("open_count", contact.openCount)
      json.field("click_count", contact.clickCount)
    },
  ]

  private static func name(_ engagement: ContactEngagement) -> MessageName {
    MessageName("contacts.engagement.\(engagement.rawValue)", type: "email.\(engagement.rawValue)")
  }

  private static let lists: [MessageTranslation] = [
    MessageTranslation(ContactListCreated.self, "contacts.list.created") { json, list, event in
      json.field("list_id", list.listID)
      json.field("name", list.definition.name)
      json.field("type", name: list.definition.type)
      json.field("is_dynamic", list.definition.isDynamic)
      json.field("created_at", event.occurredAt)
    },
    MessageTranslation(ContactListChanged.self, "contacts.list.updated") { json, list, event in
      json.field("list_id", list.listID)
      json.field("name", list.definition.name)
      json.field("type", name: list.definition.type)
      json.field("is_dynamic", list.definition.isDynamic)
      json.field("updated_at", event.occurredAt)
    },
    MessageTranslation(ContactListStatusChanged.self, "contacts.list.updated") { json, list, event in
      json.field("list_id", list.listID)
      json.field("name", list.name)
      json.object("changes") { json in
        json.object("status") { json in
          json.field("old", name: list.previousStatus)
          json.field("new", name: list.status)
        }
      }
      json.field("updated_at", event.occurredAt)
    },
    MessageTranslation(ContactListSynced.self, "contacts.list.synced") { json, list, event in
      json.field("list_id", list.listID)
      json.field("name", list.name)
      json.field("type", name: list.listType)
      json.field("contact_count", list.contactCount)
      json.field("synced_at", event.occurredAt)
    },
    MessageTranslation(ContactAddedToList.self, "contacts.list.contact_added", type: "contact.added_to_list") { json, member, event in
      json.field("contact_id", member.contactID)
      json.field("list_id", member.listID)
      json.field("list_name", member.listName)
      json.field("added_at", event.occurredAt)
    },
    MessageTranslation(ContactRemovedFromList.self, "contacts.list.contact_removed", type: "contact.removed_from_list") {
      json, member, event in
      json.field("contact_id", member.contactID)
      json.field("list_id", member.listID)
      json.field("list_name", member.listName)
      json.field("removed_at", event.occurredAt)
    },
  ]
}
