/// What the platform itself asks permission for, as `resource.action`; in the order of the rows' ids, from 1.
public enum DefaultPermission: String, Sendable, Hashable, CaseIterable {
  case usersView = "users.view"
  case usersCreate = "users.create"
  case usersUpdate = "users.update"
  case usersDelete = "users.delete"
  case productsView = "products.view"
  case productsCreate = "products.create"
  case productsUpdate = "products.update"
  case productsDelete = "products.delete"
  case productsManage = "products.manage"
  case ordersView = "orders.view"
  case ordersCreate = "orders.create"
  case ordersUpdate = "orders.update"
  case ordersDelete = "orders.delete"
  case ordersCancel = "orders.cancel"
  case ordersManage = "orders.manage"
  case supportView = "support.view"
  case supportRespond = "support.respond"
  case supportClose = "support.close"
  case ticketsView = "tickets.view"
  case ticketsUpdate = "tickets.update"
  case ticketsComment = "tickets.comment"
  case reportsView = "reports.view"
  case reportsExport = "reports.export"
  case settingsView = "settings.view"
  case settingsUpdate = "settings.update"
  case contactsView = "contacts.view"
  case contactsCreate = "contacts.create"
  case contactsUpdate = "contacts.update"
  case contactsDelete = "contacts.delete"
  case listsManage = "lists.manage"
  case tagsManage = "tags.manage"
  case contactsExport = "contacts.export"
  case contactsImport = "contacts.import"

  /// The permission with an id; nil when it is no default one.
  public init?(_ id: PermissionID) {
    guard (1...Int64(Self.allCases.count)).contains(id.rawValue) else { return nil }
    self = Self.allCases[Int(id.rawValue) - 1]
  }

  /// The id of the default row.
  public var id: PermissionID { PermissionID(Int64(Self.allCases.firstIndex(of: self)!) + 1) }
}

/// The roles that every installation has, with their fixed ids. They may be given in every team.
public enum DefaultRole: Int64, Sendable, Hashable, CaseIterable {
  case superAdmin = 1
  case admin
  case manager
  case support
  case customer
  case merchant
  case customerServiceAgent
  case warehouseManager
  case contactsManager
  case contactsViewer
  case marketingManager
  case newsletterManager

  /// The role with an id; nil when it is no default role.
  public init?(_ id: RoleID) {
    self.init(rawValue: id.rawValue)
  }

  public var id: RoleID { RoleID(rawValue) }

  /// As rows, tokens and messages spell it.
  public var name: String {
    switch self {
    case .superAdmin: "super_admin"
    case .admin: "admin"
    case .manager: "manager"
    case .support: "support"
    case .customer: "customer"
    case .merchant: "merchant"
    case .customerServiceAgent: "customer_service_agent"
    case .warehouseManager: "warehouse_manager"
    case .contactsManager: "contacts_manager"
    case .contactsViewer: "contacts_viewer"
    case .marketingManager: "marketing_manager"
    case .newsletterManager: "newsletter_manager"
    }
  }

  /// What the role may do, in the order of the permissions' ids. A super administrator passes every check besides.
  public var permissions: [DefaultPermission] {
    let granted: Set<DefaultPermission> =
      switch self {
      case .superAdmin: Set(DefaultPermission.allCases)
      case .admin:
        [
          .usersView, .usersCreate, .usersUpdate, .productsView, .productsCreate, .productsUpdate, .productsDelete, .productsManage,
          .ordersView, .ordersCreate, .ordersUpdate, .ordersCancel, .ordersManage, .supportView, .supportRespond, .supportClose,
          .reportsView, .reportsExport, .settingsView, .contactsView, .contactsCreate, .contactsUpdate, .contactsDelete, .listsManage,
          .tagsManage, .contactsExport, .contactsImport,
        ]
      case .manager: [.productsView, .productsCreate, .productsUpdate, .ordersView, .ordersUpdate, .reportsView]
      case .support: [.ordersView, .supportView, .supportRespond, .supportClose, .usersView]
      case .customer: [.productsView, .ordersView, .ordersCreate]
      case .merchant: [.productsView, .productsCreate, .productsUpdate, .productsDelete, .ordersView, .reportsView]
      case .customerServiceAgent: [.ticketsView, .ticketsUpdate, .ticketsComment, .usersView]
      case .warehouseManager: [.productsView, .productsUpdate, .ordersView, .ordersUpdate]
      case .contactsManager:
        [
          .contactsView, .contactsCreate, .contactsUpdate, .contactsDelete, .listsManage, .tagsManage, .contactsExport, .contactsImport,
        ]
      case .contactsViewer: [.contactsView]
      case .marketingManager: [.contactsView, .listsManage, .tagsManage, .contactsExport]
      // Asked for by its name.
      case .newsletterManager: []
      }
    return DefaultPermission.allCases.filter(granted.contains)
  }
}
