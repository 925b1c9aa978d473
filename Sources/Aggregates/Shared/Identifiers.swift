public import EventSourcing

/// A row id: a positive number below 2^53, drawn from a sequence per kind before the command is decided.
///
/// Ids below 1,000 are default rows; from 2^52 on they are imported ones (2^52 + the key in the source).
public protocol EntityID: RawRepresentable<Int64>, Hashable, Sendable, Comparable, CustomStringConvertible {
  init(rawValue: Int64)
}

extension EntityID {
  public init(_ rawValue: Int64) { self.init(rawValue: rawValue) }

  public var description: String { String(rawValue) }

  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

  /// The id of a row that was imported under a key of its source.
  public static func imported(_ sourceKey: Int64) -> Self { Self(rawValue: 1 << 52 + sourceKey) }

  /// Whether the row was imported.
  public var isImported: Bool { rawValue >= 1 << 52 }
}

public struct UserID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }

  /// Whose key encrypts what is personal about the user.
  public var subject: SubjectID { SubjectID("user-\(rawValue)") }
}

public struct SessionID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct RoleID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct PermissionID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct CountryID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct RegionID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct AddressID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct ContactID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }

  /// Whose key encrypts what is personal about the contact.
  public var subject: SubjectID { SubjectID("contact-\(rawValue)") }
}

public struct ContactListID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct ContactTagID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct NewsletterID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }

  /// Whose key encrypts what is personal about the subscriber.
  public var subject: SubjectID { SubjectID("newsletter-\(rawValue)") }
}

public struct CampaignID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct CampaignDeliveryID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct EmailTemplateID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct TemplateFileID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct VATRateID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct BrandID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct ProductTypeID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct ProductID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct CategoryID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct CatalogID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct AttributeGroupID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct CharacteristicGroupID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct RelatedCharacteristicID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct AttributeID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct CharacteristicID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct ImageID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// The id of a row that joins two others, such as a product and one of its types.
public struct LinkID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct WebsiteID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct DiscountTypeID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct PromoCodeID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct BasketID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct BasketItemID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct OrderStatusID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct OrderID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct OrderItemID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct DeliveryStatusID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct SalePointID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct DeliveryID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct PaymentID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct RefundID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct TicketID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct TicketMessageID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct TicketAttachmentID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct QuestionID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct AnswerID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct ReturnID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct ReturnLineID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}

public struct WithdrawalID: EntityID {
  public let rawValue: Int64
  public init(rawValue: Int64) { self.rawValue = rawValue }
}
