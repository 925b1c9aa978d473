import EventSourcing
import JSON

/// What other services hear of websites. Settings stay with the website.
public enum WebsiteMessages {
  public static let all: [MessageTranslation] = [
    MessageTranslation(WebsiteCreated.self, "websites.website.created", adding: { $0.field("created_at", $1) }),
    MessageTranslation(WebsiteRebranded.self, "websites.website.updated", adding: { $0.field("updated_at", $1) }),
    MessageTranslation(WebsiteSettingsChanged.self, "websites.website.updated") { json, website, event in
      json.field("website_id", website.websiteID)
      json.field("changed_fields", ["settings"])
      json.field("updated_at", event.occurredAt)
    },
    MessageTranslation(WebsiteOwnerChanged.self, "websites.website.updated") { json, website, event in
      json.field("website_id", website.websiteID)
      json.field("changed_fields", ["user_id"])
      json.field("user_id", website.newUserID)
      json.field("updated_at", event.occurredAt)
    },
    MessageTranslation(
      WebsiteDomainChanged.self, "websites.website.domain_changed", type: "website.domain.changed",
      adding: { $0.field("changed_at", $1) }),
    MessageTranslation(WebsiteActivated.self, "websites.website.activated", adding: { $0.field("activated_at", $1) }),
    MessageTranslation(WebsiteDeactivated.self, "websites.website.deactivated", adding: { $0.field("deactivated_at", $1) }),
    MessageTranslation(WebsiteDeleted.self, "websites.website.deleted", adding: { $0.field("deleted_at", $1) }),
    MessageTranslation(WebsiteRestored.self, "websites.website.restored", adding: { $0.field("restored_at", $1) }),
  ]
}
