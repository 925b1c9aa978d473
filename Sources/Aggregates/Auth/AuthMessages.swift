import EventSourcing
import JSON

/// What other services hear of accounts and rights. Credentials and sessions are private.
public enum AuthMessages {
  public static let all: [MessageTranslation] =
    [
      MessageTranslation(UserRegistered.self, "auth.user.created") { json, user, event in
        json.field("user_id", user.userID)
        json.field("email", user.personal?.email)
        json.field("firstname", user.personal?.firstname)
        json.field("lastname", user.personal?.lastname)
        json.field("created_at", event.occurredAt)
      },
      MessageTranslation(UserRenamed.self, "auth.user.updated") { json, user, event in
        json.field("user_id", user.userID)
        json.object("updated_fields") { json in
          json.field("firstname", user.personal?.firstname)
          json.field("lastname", user.personal?.lastname)
        }
        json.field("updated_at", event.occurredAt)
      },
      MessageTranslation(EmailChanged.self, "auth.user.updated") { json, user, event in
        json.field("user_id", user.userID)
        json.object("updated_fields") { $0.field("email", user.personal?.email) }
        json.field("updated_at", event.occurredAt)
      },
      MessageTranslation(EmailVerified.self, "auth.user.updated") { json, user, event in
        json.field("user_id", user.userID)
        json.object("updated_fields") { $0.field("email_verified_at", event.occurredAt) }
        json.field("updated_at", event.occurredAt)
      },
      MessageTranslation(UserDeleted.self, "auth.user.deleted") { json, user, event in
        json.field("user_id", user.userID)
        json.field("deleted_at", event.occurredAt)
        json.field("soft_delete", true)
        json.field("reason", name: user.reason)
      },
      MessageTranslation(UserRestored.self, "auth.user.restored") { json, user, event in
        json.field("user_id", user.userID)
        json.field("restored_at", event.occurredAt)
      },
      MessageTranslation(RoleAssigned.self, "auth.role.assigned", adding: { $0.field("assigned_at", $1) }),
      MessageTranslation(RoleRevoked.self, "auth.role.revoked", adding: { $0.field("revoked_at", $1) }),
      MessageTranslation(PermissionGranted.self, "auth.permission.granted", adding: { $0.field("granted_at", $1) }),
      MessageTranslation(PermissionRevoked.self, "auth.permission.revoked", adding: { $0.field("revoked_at", $1) }),
    ] + MessageTranslation.reference(Role.self, "auth.role") + MessageTranslation.reference(Permission.self, "auth.permission")
}
