/// The templates every shop starts with; their ids are their places in this list, from 1.
extension EmailTemplate {
  public static let defaultRows: [(id: EmailTemplateID, row: Row)] = {
    let leave = #"<p><a href="{{unsubscribe_url}}">Se désabonner</a></p>"#
    let lines: [Line] = [
      (
        "welcome-email", "Bienvenue", .transactional, ["name", "first_name", "email", "company_name", "unsubscribe_url"],
        "Bienvenue chez {{company_name}}",
        "<p>Bonjour {{first_name}} {{name}},</p><p>Nos lettres arrivent désormais à l'adresse {{email}}.</p>\(leave)"
      ),
      (
        "monthly-newsletter", "Lettre mensuelle", .newsletter,
        [
          "name", "first_name", "company_name", "month", "year", "featured_article_title", "featured_article_content", "unsubscribe_url",
        ], "{{company_name}} : la lettre de {{month}} {{year}}",
        "<p>Bonjour {{first_name}} {{name}},</p><h1>{{featured_article_title}}</h1><div>{{featured_article_content}}</div>\(leave)"
      ),
      (
        "promotional-offer", "Offre promotionnelle", .promotional,
        [
          "name", "first_name", "discount", "offer_title", "offer_description", "expiry_date", "company_name", "unsubscribe_url",
        ], "{{offer_title}} : {{discount}} chez {{company_name}}",
        "<p>Bonjour {{first_name}} {{name}},</p><h1>{{offer_title}}</h1><p>{{offer_description}}</p><p>{{discount}}, jusqu'au {{expiry_date}}.</p>\(leave)"
      ),
      (
        "password-reset", "Nouveau mot de passe", .transactional, ["name", "first_name", "reset_url", "company_name"],
        "{{company_name}} : nouveau mot de passe",
        #"<p>Bonjour {{first_name}},</p><p><a href="{{reset_url}}">Choisir un nouveau mot de passe</a></p>"#
      ),
      order(
        "order-confirmation", "Commande confirmée", "est confirmée", more: ["total_amount_ttc"], "<p>Total : {{total_amount_ttc}} €</p>"),
      order("order-status", "Commande suivie", "a un nouveau statut", more: ["status"], "<p>Statut : {{status}}</p>"),
      order("order-cancelled", "Commande annulée", "est annulée", more: ["reason"], "<p>Motif : {{reason}}</p>"),
      order("payment-receipt", "Paiement reçu", "est payée", more: ["amount"], "<p>Reçu : {{amount}} €</p>"),
      order(
        "delivery-shipped", "Colis expédié", "est expédiée", more: ["tracking_number"], "<p>Numéro de suivi : {{tracking_number}}</p>"),
      order("delivery-delivered", "Colis livré", "est livrée", more: [], ""),
      (
        "basket-abandoned", "Panier en attente", .transactional, ["first_name", "basket_url"], "Votre panier vous attend",
        #"<p>Bonjour {{first_name}},</p><p><a href="{{basket_url}}">Retrouver votre panier</a></p>"#
      ),
      ticket("ticket-created", "Demande reçue", "est enregistrée"), ticket("ticket-resolved", "Demande résolue", "est résolue"),
      (
        "email-verification", "Adresse à confirmer", .transactional, ["name", "first_name", "verification_url", "company_name"],
        "{{company_name}} : confirmez votre adresse",
        #"<p>Bonjour {{first_name}},</p><p><a href="{{verification_url}}">Confirmer cette adresse</a></p>"#
      ),
      (
        "subscription-confirmation", "Abonnement à confirmer", .transactional, ["name", "first_name", "confirmation_url", "company_name"],
        "{{company_name}} : confirmez votre abonnement",
        #"<p>Bonjour {{first_name}} {{name}},</p><p>Quelqu'un, vous sans doute, a demandé nos lettres pour cette adresse.</p>"#
          + #"<p><a href="{{confirmation_url}}">Oui, je m'abonne</a></p><p>Sinon, il n'y a rien à faire.</p>"#
      ),
      (
        "withdrawal-receipt", "Rétractation reçue", .transactional,
        ["name", "order_number", "withdrawal_number", "receipt", "company_name"],
        "{{company_name}} : accusé de réception de votre rétractation n° {{withdrawal_number}}", "<pre>{{receipt}}</pre>"
      ),
    ]
    return lines.enumerated().map { place, line in
      let variables = line.variables.map { name in
        TemplateVariable(name: name, type: name.hasSuffix("_url") ? .url : name.hasSuffix("_date") ? .date : .string)
      }
      return (
        EmailTemplateID(Int64(place + 1)),
        Row(
          name: line.name, slug: line.slug, subject: line.subject, html: line.body, plain: HTMLText.plain(line.body), variables: variables,
          category: line.category)
      )
    }
  }()

  private typealias Line = (
    slug: String, name: String, category: TemplateCategory, variables: [String], subject: String, body: String
  )

  private static func order(_ slug: String, _ name: String, _ event: String, more: [String], _ body: String) -> Line {
    (
      slug, name, .transactional, ["first_name", "order_number"] + more, "Votre commande {{order_number}} \(event)",
      "<p>Bonjour {{first_name}},</p><p>Votre commande {{order_number}} \(event).</p>\(body)"
    )
  }

  private static func ticket(_ slug: String, _ name: String, _ event: String) -> Line {
    (
      slug, name, .transactional, ["first_name", "ticket_number", "subject"], "Votre demande {{ticket_number}} \(event)",
      "<p>Bonjour {{first_name}},</p><p>Votre demande {{ticket_number}} « {{subject}} » \(event).</p>"
    )
  }
}
