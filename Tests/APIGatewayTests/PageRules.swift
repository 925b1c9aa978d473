import JSON

/// The rules of the domain's pages on what a request's body may hold, written down apart from the routes.
///
/// A line with a path begins a body: the route that adds, the routes that change (which may leave every field out), and a body that is
/// valid. The lines below it give each field its rule:
///
/// * `required` for what the first route may not do without;
/// * `text n`, `text m-n` (characters), `email n`, `id`, `integer m n`, `decimal m n` (`-` for no bound), `enum a,b`, `bool`, `object`,
///   `array`, `date`, `time`, `color`, `link`.
enum PageRules {
  static let table = """
    POST /auth/register - {"firstname":"A","lastname":"B","email":"a@example.org","password":"un mot de passe rare","password_confirmation":"un mot de passe rare"}
      firstname required text 255
      lastname required text 255
      email required email 255
      password required text 12-
    POST /auth/login - {"email":"a@example.org","password":"x"}
      email required
      password required
    POST /auth/roles PUT /auth/roles/9 {"name":"a"}
      name required text 255
      guard_name text 255
      team_id id
      permission_ids array
    POST /auth/permissions PUT /auth/permissions/9 {"name":"a"}
      name required text 255
      guard_name text 255
    POST /auth/roles/9/permissions - {"permission_ids":[1]}
      permission_ids required array
    POST /auth/users/9/roles - {"role_id":1}
      role_id required id
      team_id integer 0 -
    POST /auth/users/9/permissions - {"permission_id":1}
      permission_id required id
      team_id integer 0 -

    POST /addresses/addresses PUT,PATCH /addresses/addresses/9 {"type":"both","first_name":"A","last_name":"B","address_line_1":"C","city":"D","postal_code":"75001","country_id":1}
      type required enum billing,shipping,both
      first_name required text 255
      last_name required text 255
      company text 255
      address_line_1 required text 255
      address_line_2 text 255
      city required text 255
      postal_code required text 20
      country_id required id
      region_id id
      phone text 20
      latitude decimal -90 90
      longitude decimal -180 180
      is_default bool

    POST /products/admin/products PUT,PATCH /products/admin/products/9 {"name":"A","ref":"R","price_ht":"1.00","stock":1}
      name required text 255
      ref required text 255
      price_ht required decimal 0 -
      id_1 id
      type_ids array
      category_ids array
      catalog_ids array
    POST /products/admin/products - {"name":"A","ref":"R","price_ht":"1.00","stock":1}
      stock required integer 0 -
    POST /products/admin/products/9/stock - {"stock":1,"operation":"set"}
      stock required integer 0 -
      operation required enum set,increment,decrement
    POST /products/admin/vat PUT,PATCH /products/admin/vat/9 {"name":"A","value_":"20.00"}
      name required text 255
      value_ required decimal 0 100
    POST /products/admin/brands PUT,PATCH /products/admin/brands/9 {"name":"A"}
      name required text 255
      website link
    POST /products/admin/types PUT,PATCH /products/admin/types/9 {"name":"A"}
      name required text 255
      id_1 id
    POST /products/admin/categories PUT,PATCH /products/admin/categories/9 {"name":"A"}
      name required text 255
      id_1 id
    POST /products/admin/catalogs PUT,PATCH /products/admin/catalogs/9 {"name":"A"}
      name required text 255
      id_1 id
    POST /products/admin/products/9/images - {"mime_type":"image/png","size":100}
      mime_type required enum image/jpeg
      size required integer 1 5242880
    POST /products/admin/products/9/images/9/confirm PATCH /products/admin/products/9/images/9 {"filename":"a.png"}
      type enum main,gallery,thumbnail
      alt_text text 255
      position integer 0 -

    POST /baskets/baskets/items - {"product_id":1,"quantity":1}
      product_id required id
      quantity required integer 1 -
    PUT /baskets/baskets/items/9 - {"quantity":1}
      quantity required integer 1 -
    POST /baskets/baskets/promo-codes - {"code":"TEN"}
      code required text 50
    POST /baskets/promo-codes/validate - {"code":"TEN"}
      code required text 50
    POST /baskets/admin/promo-codes - {"name":"A","code":"TEN","discount":"10.00"}
      name required text 255
      code required text 50
      discount required decimal 0 -
      id_1 id
      valid_from time
      valid_until time
      min_order_amount decimal 0 -
      max_discount decimal 0 -
      max_usage integer 0 -
      max_usage_per_user integer 0 -
      combinable bool
      scope object
    POST /baskets/admin/types PUT,PATCH /baskets/admin/types/9 {"name":"A","symbol":"%"}
      name required text 255
      symbol required text 10

    POST /orders/orders/create-from-basket - {"basket_id":1,"billing_address_id":1,"payment_token":"sandbox_ok"}
      basket_id required id
      billing_address_id required id
      shipping_address_id id
      notes text 1000
      payment_method enum card,transfer
    POST /orders/admin/order-status PUT,PATCH /orders/admin/order-status/9 {"name":"A"}
      name required text 255
      description text 1000

    POST /deliveries/deliveries/from-order PUT,PATCH /deliveries/admin/deliveries/9 {"order_id":1}
      delivery_method enum standard,express,pickup
      sale_point_id id
      shipping_cost decimal 0 -
      estimated_delivery_date time
      carrier_name text 255
      carrier_tracking_number text 255
      recipient_name text 255
      recipient_phone text 20
    POST /deliveries/admin/deliveries - {"order_id":1}
      order_id required id
      delivery_method enum standard,express,pickup
    POST /deliveries/admin/status PUT,PATCH /deliveries/admin/status/9 {"name":"A"}
      name required text 255
      color color
    POST /deliveries/admin/sale-points PUT,PATCH /deliveries/admin/sale-points/9 {"name":"A"}
      name required text 255
      code text 50
      postal_code text 10
      phone text 20
      email email 255
      opening_hours object
      latitude decimal -90 90
      longitude decimal -180 180
      is_active bool

    POST /newsletters/newsletters/subscribe PUT,PATCH /newsletters/newsletters/9 {"email":"a@example.org"}
      email required email 255
      name text 255
      phone text 20
      preferences object
    POST /newsletters/newsletters/subscribe - {"email":"a@example.org"}
      source text 100
    POST /newsletters/campaigns PUT,PATCH /newsletters/campaigns/9 {"name":"A","subject":"B","content":"C"}
      name required text 255
      subject required text 255
      content required text 1-
      campaign_type enum newsletter,promotional
      targeting_criteria object
    POST /newsletters/campaigns/9/schedule - {"scheduled_at":"2026-01-01T00:00:00Z"}
      scheduled_at required time

    POST /sav/tickets PUT /sav/tickets/9 {"subject":"A","description":"B"}
      subject required text 255
      description required text 1-
      priority enum low,medium,high,urgent
      category text 100
      metadata object
    POST /sav/tickets - {"subject":"A","description":"B"}
      order_id id
    POST /sav/public/tickets - {"email":"a@example.org","subject":"A","description":"B"}
      email required email 255
      subject required text 255
      description required text 1-
      category text 100
    POST /sav/tickets/9/messages PUT /sav/tickets/9/messages/9 {"message":"A"}
      message required text 1-
    POST /sav/tickets/9/messages - {"message":"A"}
      is_internal bool
    POST /sav/tickets/9/assign - {"assigned_to":1}
      assigned_to required id
    POST /sav/tickets/9/attachments - {"mime_type":"image/png","size":100}
      mime_type required enum image/png
      size required integer 1 -
      message_id id
    POST /sav/tickets/9/attachments/multiple - {"files":[{"mime_type":"image/png","size":100}]}
      files required array
      message_id id

    POST /contacts/contacts PUT,PATCH /contacts/contacts/9 {"email":"a@example.org"}
      email required email 255
      first_name text 255
      last_name text 255
      company text 255
      city text 255
      phone text 20
      language text 2-2
      country text 2-2
      status enum active,inactive,bounced,unsubscribed,complained
      gender enum male,female,other
      birth_date date
      custom_fields object
      tags array
    POST /contacts/contacts - {"email":"a@example.org"}
      source enum manual,import,api,newsletter_signup,purchase,contact_form
    POST /contacts/contacts/9/subscribe - {"type":"newsletter"}
      type required enum newsletter,marketing,sms
    POST /contacts/contacts/9/unsubscribe - {"type":"newsletter"}
      type enum newsletter,marketing,sms,all
    POST /contacts/contacts/9/engagement - {"type":"opened"}
      type required enum opened,clicked,bounced
    POST /contacts/contacts/bulk-action - {"action":"delete","contact_ids":[9]}
      action required enum delete,subscribe
      contact_ids required array
      data object
    POST /contacts/lists PUT,PATCH /contacts/lists/9 {"name":"A","type":"custom"}
      name required text 255
      type required enum custom
      is_dynamic bool
      criteria array
    POST /contacts/lists/9/contacts - {"contact_ids":[9]}
      contact_ids required array
    POST /contacts/lists/9/duplicate - {"name":"A"}
      name required text 255
      copy_contacts bool
    POST /contacts/tags PUT,PATCH /contacts/tags/9 {"name":"A"}
      name required text 255
      color color
    POST /contacts/tags/9/apply - {"contact_ids":[9]}
      contact_ids required array
    POST /contacts/tags/9/merge - {"target_tag_id":8}
      target_tag_id required id
    POST /contacts/public/subscribe - {"email":"a@example.org"}
      email required email 255
      first_name text 255
      phone text 20
    POST /contacts/public/unsubscribe - {"email":"a@example.org"}
      email required email 255
      type enum newsletter,marketing,all

    POST /websites/websites PUT,PATCH /websites/websites/9 {"name":"A","subdomain":"boutique"}
      name required text 255
      domain text 255
      subdomain text 3-63
      theme enum default,modern-retail,classic-shop,minimal-boutique,corporate-b2b
      primary_color color
      secondary_color color
      settings object

    POST /questions/questions PUT /questions/questions/9 {"question":"Est-ce solide ?"}
      question required text 10-1000
      title text 255
    POST /questions/questions - {"question":"Est-ce solide ?"}
      product_id id
    POST /questions/questions/9/answers PUT /questions/questions/9/answers/9 {"answer":"Oui, certainement."}
      answer required text 10-2000
      is_official bool
    """

  /// The rule of one field.
  struct Rule: Sendable {
    var field: String
    var isRequired: Bool
    /// `text`, `id`, …; empty where only that it is required counts.
    var kind: String
    var arguments: [String]

    /// Values that break it, and how each is refused.
    var violations: [(value: JSONValue, codes: Set<String>)] {
      func long(_ count: Int) -> JSONValue { .string(String(repeating: "x", count: count)) }
      func bound(_ place: Int) -> Int64? { arguments.count > place ? Int64(arguments[place]) : nil }
      switch kind {
      case "text", "email":
        let bounds = arguments[0].split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        let (least, most) = bounds.count > 1 ? (bounds[0] ?? 1, bounds[1]) : (1, bounds[0])
        var found: [(JSONValue, Set<String>)] = [(7, ["wrong-type"])]
        if let most { found.append((long(most + 1), ["too-long"])) }
        if least > 1 { found.append((long(least - 1), ["too-short"])) }
        if isRequired { found.append(("", ["too-short"])) }
        if kind == "email" { found.append(("nobody", ["invalid-format"])) }
        return found
      case "id": return [(0, ["too-small"]), ("x", ["wrong-type"]), (.number("1.5"), ["wrong-type"])]
      case "integer":
        return [("x", ["wrong-type"])] + (bound(0).map { [(.int($0 - 1), ["too-small"])] } ?? [])
          + (bound(1).map { [(.int($0 + 1), ["too-large"])] } ?? [(.int(1 << 60), ["too-large"])])
      case "decimal":
        let huge = "1\(String(repeating: "0", count: 17))"
        return [(true, ["wrong-type"]), ("x", ["invalid-format"])] + (bound(0).map { [(.string("\($0 - 1)"), ["too-small"])] } ?? [])
          + (bound(1).map { [(.string("\($0 + 1)"), ["too-large"])] } ?? [(.string(huge), ["too-large"])])
      case "enum": return [("nonsense", ["value-not-allowed"]), (7, ["wrong-type"])]
      case "bool", "object", "array": return [("x", ["wrong-type"]), (7, ["wrong-type"])]
      case "date", "time", "link": return [("yesterday", ["invalid-format"]), (7, ["wrong-type"])]
      case "color": return [("reddish", ["invalid-format"]), (7, ["wrong-type"])]
      default: return []
      }
    }
  }

  /// A body, the routes that take it, and the rules of its fields.
  struct Body: Sendable {
    var routes: [(method: String, path: String, isChange: Bool)]
    var valid: JSONValue
    var rules: [Rule] = []
  }

  static func all() throws -> [Body] {
    var bodies: [Body] = []
    for line in table.split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      guard line.first != " " else {
        let isRequired = words.count > 1 && words[1] == "required"
        let rest = words.dropFirst(isRequired ? 2 : 1)
        bodies[bodies.count - 1].rules.append(
          Rule(field: words[0], isRequired: isRequired, kind: rest.first ?? "", arguments: Array(rest.dropFirst())))
        continue
      }
      var routes = [(method: words[0], path: words[1], isChange: false)]
      if words[2] != "-" {
        for method in words[2].split(separator: ",") { routes.append((method: String(method), path: words[3], isChange: true)) }
      }
      let text = line[line.firstIndex(of: "{")!...]
      bodies.append(Body(routes: routes, valid: try JSONValue(parsing: Array(text.utf8))))
    }
    return bodies
  }
}
