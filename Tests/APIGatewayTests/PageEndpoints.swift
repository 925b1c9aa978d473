import HTTPTypes
import Testing

@testable import APIGateway

/// Every endpoint that the domain's pages name, and who may use it, written down apart from the routes: what a route declares is held
/// against this.
///
/// A rule is `public`, `bearer` (whoever signed in; the handler sees to it that he touches only what is his), or one of `PageEndpoints.roles`.
/// A rule with a dot is a permission, which opens the endpoint also to whoever has it directly.
struct PageEndpoint: Sendable, Hashable {
  var service: String
  var method: HTTPRequest.Method
  /// Below the service, every variable part as `{}`.
  var path: String
  var rule: String

  var isPermission: Bool { rule.contains(".") }
  /// The roles that it is for; nil for all, and for those without any.
  var roles: Set<PlatformRole>? { PageEndpoints.roles[rule] }
  var place: String { "\(method) /api/v1/\(service)\(path)" }
}

enum PageEndpoints {
  /// Who has what, from the default rows of the pages of auth and contacts.
  static let roles: [String: Set<PlatformRole>] = [
    "admin": [.superAdmin, .admin],
    "agents": [.superAdmin, .admin, .support, .customerServiceAgent],
    "newsletters": [.superAdmin, .admin, .newsletterManager],
    "order-staff": [.superAdmin, .admin, .manager, .warehouseManager],
    "users.view": [.superAdmin, .admin, .support, .customerServiceAgent],
    "users.update": [.superAdmin, .admin],
    "users.delete": [.superAdmin],
    "orders.update": [.superAdmin, .admin, .manager, .warehouseManager],
    "contacts.view": [.superAdmin, .admin, .contactsManager, .contactsViewer, .marketingManager],
    "contacts.create": [.superAdmin, .admin, .contactsManager],
    "contacts.update": [.superAdmin, .admin, .contactsManager],
    "contacts.delete": [.superAdmin, .admin, .contactsManager],
    "contacts.import": [.superAdmin, .admin, .contactsManager],
    "contacts.export": [.superAdmin, .admin, .contactsManager, .marketingManager],
    "lists.manage": [.superAdmin, .admin, .contactsManager, .marketingManager],
    "tags.manage": [.superAdmin, .admin, .contactsManager, .marketingManager],
  ]

  /// Operations about what belongs to a website: whoever has the right within that website may use them there.
  static let withinWebsite: Set<String> = [
    "addProduct", "replaceProduct", "changeProduct", "deleteProduct", "adjustStock",
    "addAttribute", "replaceAttribute", "changeAttribute", "adjustAttributeStock", "removeAttribute",
    "addCharacteristic", "replaceCharacteristic", "changeCharacteristic", "removeCharacteristic",
    "announceImage", "confirmImage", "reorderImages", "changeImage", "removeImage",
    "allBaskets", "anyBasket", "deleteBasket",
    "moveOrder", "orderStatistics", "allOrders", "anyOrder", "changeOrder", "deleteOrder",
    "moveDelivery", "createDeliveryFromOrder", "allDeliveries", "anyDelivery", "addDelivery", "replaceDelivery", "changeDelivery",
    "deleteDelivery", "reportCarrier", "deliveryStatistics", "allDeliveryStatusStatistics",
    "ticketStatistics", "assignTicket", "resolveTicket", "authoriseReturn", "refuseReturn", "receiveReturn", "inspectReturn",
    "refundReturn", "replaceReturn", "sendReturnBack",
    "staff", "assignRole", "revokeRole", "grantPermission", "revokePermission",
  ]

  /// Paths at the root, for everybody: the gateway's own, and the original's short ones.
  static let atRoot: [(HTTPRequest.Method, String)] = [
    (.get, "/health"), (.get, "/health/live"), (.get, "/health/ready"), (.get, "/api/health"), (.get, "/api/simple-health"),
    (.get, "/api/services/status"), (.get, "/openapi.json"), (.post, "/api/login"), (.post, "/api/auth/validate"),
    (.get, "/api/contacts/status"), (.get, "/api/sav/status"), (.get, "/api/questions/status"), (.post, "/api/checkout"),
    (.get, "/track/open/x"), (.get, "/track/click/x"),
  ]

  /// `METHODS PATH RULE` below the name of a service. The pages let whoever signed in manage newsletters; here that takes who works on them,
  /// since subscribers are persons.
  private static let table = """
    auth
      GET /health public
      POST /register public
      POST /login public
      POST /validate-token public
      POST /logout bearer
      POST /refresh public
      GET /me bearer
      GET /roles users.view
      POST /roles users.update
      GET /roles/{} users.view
      PUT,DELETE /roles/{} users.update
      POST /roles/{}/permissions users.update
      GET /permissions users.view
      POST /permissions users.update
      GET /permissions/{} users.view
      PUT,DELETE /permissions/{} users.update
      GET /users/{} users.view
      DELETE /users/{} users.delete
      POST /users/{}/roles users.update
      DELETE /users/{}/roles/{} users.update
      POST /users/{}/permissions users.update
      DELETE /users/{}/permissions/{} users.update

    addresses
      GET /health public
      GET /countries public
      GET /countries/{} public
      GET /countries/{}/regions public
      GET,POST /addresses bearer
      GET /addresses/type/{} bearer
      GET,PUT,PATCH,DELETE /addresses/{} bearer
      POST /addresses/{}/set-default bearer

    products
      GET /health public
      GET /products public
      GET /products/search public
      GET /products/{} public
      GET /products/{}/images public
      GET /categories public
      GET /categories/{} public
      GET /categories/{}/products public
      GET /brands public
      GET /brands/{} public
      GET /brands/{}/products public
      GET /types public
      GET /types/{} public
      GET /types/{}/products public
      GET /catalogs public
      GET /catalogs/{} public
      GET /catalogs/{}/products public
      GET /vat public
      GET /vat/{} public
      POST /admin/products admin
      PUT,PATCH,DELETE /admin/products/{} admin
      POST /admin/products/{}/stock admin
      POST /admin/products/{}/images admin
      DELETE /admin/products/{}/images/{} admin
      POST /admin/categories admin
      PUT,PATCH,DELETE /admin/categories/{} admin
      POST /admin/brands admin
      PUT,PATCH,DELETE /admin/brands/{} admin
      POST /admin/types admin
      PUT,PATCH,DELETE /admin/types/{} admin
      POST /admin/catalogs admin
      PUT,PATCH,DELETE /admin/catalogs/{} admin
      POST /admin/vat admin
      PUT,PATCH,DELETE /admin/vat/{} admin

    baskets
      GET /health public
      POST /promo-codes/validate public
      GET /baskets/current bearer
      POST /baskets/items bearer
      PUT,DELETE /baskets/items/{} bearer
      POST /baskets/promo-codes bearer
      DELETE /baskets/promo-codes/{} bearer
      DELETE /baskets/clear bearer
      GET /admin/baskets admin
      GET,DELETE /admin/baskets/{} admin
      GET,POST /admin/promo-codes admin
      GET,PUT,DELETE /admin/promo-codes/{} admin
      GET,POST /admin/types admin
      GET,PUT,DELETE /admin/types/{} admin

    orders
      GET /health public
      GET /order-status public
      GET /order-status/{} public
      GET /order-status/statistics admin
      GET /orders bearer
      GET /orders/{} bearer
      GET /orders/{}/explain bearer
      POST /orders/create-from-basket bearer
      PUT /orders/{}/status order-staff
      PUT,POST /orders/{}/cancel bearer
      GET /admin/orders admin
      GET,PUT,DELETE /admin/orders/{} admin
      POST /admin/order-status admin
      PUT,DELETE /admin/order-status/{} admin

    deliveries
      GET /health public
      GET /deliveries/track/{} public
      GET /sale-points public
      GET /sale-points/{} public
      GET /sale-points/nearby public
      GET /status public
      GET /status/{} public
      GET /status/statistics public
      GET /deliveries bearer
      GET /deliveries/{} bearer
      PUT /deliveries/{}/status orders.update
      POST /deliveries/from-order orders.update
      GET,POST /admin/deliveries admin
      GET,PUT,DELETE /admin/deliveries/{} admin
      GET /admin/deliveries/statistics admin
      GET,POST /admin/sale-points admin
      GET,PUT,DELETE /admin/sale-points/{} admin
      GET /admin/sale-points/statistics admin
      GET,POST /admin/status admin
      GET,PUT,DELETE /admin/status/{} admin
      GET /admin/status/statistics admin

    newsletters
      GET /health public
      POST /newsletters/subscribe public
      GET /newsletters/confirm/{} public
      GET,POST /newsletters/unsubscribe/{} public
      GET /newsletters newsletters
      GET /newsletters/stats newsletters
      POST /newsletters/bulk-import newsletters
      GET,PUT,DELETE /newsletters/{} newsletters
      GET,POST /campaigns newsletters
      GET,PUT,DELETE /campaigns/{} newsletters
      POST /campaigns/{}/schedule newsletters
      POST /campaigns/{}/send newsletters
      POST /campaigns/{}/cancel newsletters
      POST /campaigns/{}/test-send newsletters
      POST /campaigns/{}/duplicate newsletters
      GET /campaigns/{}/stats newsletters
      GET /campaigns/{}/analytics newsletters
      POST /webhooks/email-delivered public
      POST /webhooks/email-opened public
      POST /webhooks/email-clicked public
      POST /webhooks/email-bounced public
      POST /webhooks/email-complained public
      GET /admin/system-stats newsletters
      GET /admin/export/newsletters newsletters
      GET /admin/export/campaigns newsletters

    sav
      GET /health public
      GET,POST /tickets bearer
      GET /tickets/statistics agents
      GET,PUT /tickets/{} bearer
      DELETE /tickets/{} admin
      POST /tickets/{}/assign agents
      POST /tickets/{}/resolve agents
      POST /tickets/{}/close bearer
      GET,POST /tickets/{}/messages bearer
      GET /tickets/{}/messages/unread-count bearer
      POST /tickets/{}/messages/mark-all-read bearer
      POST /tickets/{}/messages/{}/mark-read bearer
      GET,PUT,DELETE /tickets/{}/messages/{} bearer
      GET,POST /tickets/{}/attachments bearer
      POST /tickets/{}/attachments/multiple bearer
      GET,DELETE /tickets/{}/attachments/{} bearer
      GET /tickets/{}/attachments/{}/download bearer
      GET /tickets/{}/attachments/message/{} bearer
      POST /public/tickets public
      GET /public/tickets/{} public
      POST /public/tickets/{}/messages public

    contacts
      GET /health public
      GET /contacts contacts.view
      POST /contacts contacts.create
      GET /contacts/{} contacts.view
      PUT /contacts/{} contacts.update
      DELETE /contacts/{} contacts.delete
      POST /contacts/{}/subscribe contacts.update
      POST /contacts/{}/unsubscribe contacts.update
      POST /contacts/{}/engagement contacts.update
      POST /contacts/bulk-action contacts.update
      POST /contacts/import contacts.import
      GET /contacts/export contacts.export
      GET,POST /lists lists.manage
      GET,PUT,DELETE /lists/{} lists.manage
      POST,DELETE /lists/{}/contacts lists.manage
      POST /lists/{}/sync lists.manage
      POST /lists/{}/duplicate lists.manage
      GET /lists/{}/stats lists.manage
      GET /lists/{}/export contacts.export
      GET,POST /tags tags.manage
      GET,PUT,DELETE /tags/{} tags.manage
      GET /tags/popular contacts.view
      GET /tags/{}/contacts contacts.view
      GET /tags/{}/stats contacts.view
      POST /tags/{}/apply tags.manage
      DELETE /tags/{}/remove tags.manage
      POST /tags/{}/merge tags.manage
      POST /public/subscribe public
      POST /public/unsubscribe public
      POST /public/track/{}/opened public
      POST /public/track/{}/clicked public

    websites
      GET /health public
      GET /websites public
      GET /websites/search public
      GET /websites/{} public
      POST /websites bearer
      PUT,DELETE /websites/{} bearer
      POST /websites/{}/activate bearer
      POST /websites/{}/deactivate bearer
      POST /websites/{}/restore admin

    questions
      GET /health public
      GET /public/questions public
      GET /public/questions/{} public
      GET /public/questions/{}/answers public
      GET /public/questions/{}/answers/{} public
      GET /public/search public
      GET,POST /questions bearer
      GET,PUT,DELETE /questions/{} bearer
      GET,POST /questions/{}/answers bearer
      GET,PUT,DELETE /questions/{}/answers/{} bearer
      POST /questions/{}/answers/{}/helpful bearer
      GET /admin/questions/pending admin
      POST /admin/questions/{}/approve admin
      POST /admin/questions/{}/reject admin
      PATCH /admin/questions/{} admin

    messages-broker
      GET /health public
      POST /messages/publish admin
      GET /messages/failed admin
      POST /messages/retry/{} admin
      DELETE /messages/failed/{} admin
      GET /queues admin
      GET /queues/{}/stats admin
      POST /queues/{}/purge admin
    """

  static let all: [PageEndpoint] = {
    var (service, endpoints) = ("", [PageEndpoint]())
    for line in table.split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      guard words.count == 3 else {
        service = words[0]
        continue
      }
      for method in words[0].split(separator: ",") {
        endpoints.append(
          PageEndpoint(service: service, method: HTTPRequest.Method(String(method))!, path: words[1], rule: words[2]))
      }
    }
    return endpoints
  }()

  /// A path with every variable part as `{}`.
  static func shape(_ path: String) -> String {
    path.split(separator: "/").map { $0.hasPrefix("{") ? "/{}" : "/\($0)" }.joined()
  }
}
