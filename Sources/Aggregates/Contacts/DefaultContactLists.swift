/// The lists every shop starts with; their ids are their places in this list, from 1.
extension ContactList {
  public static let defaultLists: [(id: ContactListID, definition: ContactListDefinition)] = [
    dynamic("All Customers", .segmentation, ContactListCriterion(field: .source, comparison: .equals, value: "purchase")),
    dynamic(
      "Newsletter Subscribers", .newsletter, ContactListCriterion(field: .newsletterSubscribed, comparison: .equals, value: "true")),
    dynamic("VIP Customers", .marketing, ContactListCriterion(field: .tags, comparison: .contains, value: "VIP")),
    dynamic("Inactive Users", .segmentation, ContactListCriterion(field: .status, comparison: .equals, value: "inactive")),
  ].enumerated().map { (ContactListID(Int64($0.offset + 1)), $0.element) }

  private static func dynamic(_ name: String, _ type: ContactListType, _ criterion: ContactListCriterion) -> ContactListDefinition {
    ContactListDefinition(name: name, type: type, isDynamic: true, criteria: [criterion])
  }
}
