/// The types of promo codes every shop starts with; their ids are their places in this list, from 1.
extension DiscountType {
  public static let defaultRows: [(id: DiscountTypeID, row: Row)] = [
    (DiscountTypeID(1), Row(name: "Pourcentage", symbol: "%")),
    (DiscountTypeID(2), Row(name: "Montant fixe", symbol: "€")),
    (DiscountTypeID(3), Row(name: "Livraison gratuite", symbol: "🚚")),
    (DiscountTypeID(4), Row(name: "Première commande", symbol: "🎁")),
    (DiscountTypeID(5), Row(name: "Fidélité", symbol: "⭐")),
  ]
}

/// The promo codes every shop starts with; their ids are their places in this list, from 1. FIRST20, VIP30, LOYAL12 and NEWCLIENT15 have
/// the type that their label says, since the types of first orders and loyalty say neither percent nor amount.
extension PromoCode {
  public static let defaultCodes: [(code: String, definition: PromoCodeDefinition)] = {
    typealias Line = (code: String, name: String, hundredths: Int64, type: Int64)
    let lines: [Line] = [
      ("WELCOME10", "Bienvenue 10%", 1_000, 1), ("BLACKFRIDAY25", "Black Friday 25%", 2_500, 1), ("SUMMER15", "Été 15%", 1_500, 1),
      ("SAVE5", "Réduction 5€", 500, 2), ("BIG20", "Réduction 20€", 2_000, 2), ("GIFT50", "Cadeau 50€", 5_000, 2),
      ("FREESHIP", "Livraison offerte", 799, 3), ("NOSHIP", "Port gratuit", 999, 3), ("FIRST20", "Premier achat 20%", 2_000, 1),
      ("NEWCLIENT15", "Nouveau client 15€", 1_500, 2), ("VIP30", "Client VIP 30%", 3_000, 1), ("LOYAL12", "Fidèle 12%", 1_200, 1),
    ]
    return lines.enumerated().map { index, line in
      let kind: DiscountKind = line.type == 1 ? .percentage : line.type == 2 ? .fixed : .freeShipping
      return (
        line.code,
        PromoCodeDefinition(
          promoCodeID: PromoCodeID(Int64(index + 1)), name: line.name, kind: kind, discount: line.hundredths,
          typeID: DiscountTypeID(line.type))
      )
    }
  }()
}
