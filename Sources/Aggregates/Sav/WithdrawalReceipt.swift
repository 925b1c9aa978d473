import EventSourcing

extension WithdrawalConfirmed {
  /// The receipt on a durable medium: what was declared, and the day and hour of it (directive 2011/83/EU, article 11a, paragraph 4). In
  /// French; nil once the buyer was forgotten.
  public var receipt: String? {
    guard let statement = personal else { return nil }
    var lines = [
      "Accusé de réception d'une rétractation", "",
      "Rétractation n° \(notice.withdrawalID), reçue le \(Self.moment(confirmedAt)).",
      "Commande : \(notice.orderNumber)",
      "De : \(statement.name) <\(statement.email)>", "",
      "« Je vous notifie par la présente ma rétractation du contrat portant sur la vente des biens ci-dessous. »", "",
    ]
    lines += notice.lines.map { "- \($0.quantity) × \($0.name ?? "article \($0.productID)")" }
    if let comment = statement.comment, !comment.isEmpty { lines += ["", "Message : \(comment)"] }
    if let returnID {
      lines += [
        "",
        "Retour n° \(returnID). Renvoyez les biens dans les 14 jours\(undelivered.isEmpty ? "" : " de leur arrivée") ; vous serez remboursé dans les"
          + " 14 jours de cette rétractation,",
        "dès que les biens, ou la preuve de leur expédition, nous seront parvenus.",
      ]
      if !undelivered.isEmpty { lines.append("Un colis que vous refusez, ou que vous ne retirez pas, nous revient de lui-même.") }
    } else {
      lines += [
        "",
        "La commande n'était pas partie : elle est annulée, et ce qui a été payé vous est remboursé dans les 14 jours de cette rétractation.",
        "Si le colis part au même moment, un retour est ouvert à sa place dans votre demande n° \(ticketID) : renvoyez alors les biens dans les",
        "14 jours de leur arrivée.",
      ]
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// In Paris: `2026-11-26 à 17:30:05 (heure de Paris)`.
  private static func moment(_ time: Timestamp) -> String {
    let local = (time + .seconds(ParisDay.offset(at: time))).civil
    let hour = [local.hour, local.minute, local.second].map { $0 < 10 ? "0\($0)" : String($0) }.joined(separator: ":")
    return "\(ParisDay(at: time).text(separator: "-")) à \(hour) (heure de Paris)"
  }
}
