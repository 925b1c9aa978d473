/// The questions every shop starts with, with the shop's answers; ids are their places in this list, from 1.
extension Question {
  public static let defaultRows: [(id: QuestionID, answerID: AnswerID, content: Content, answer: String)] = [
    (
      "Comment puis-je suivre ma commande ?",
      "Dans votre compte, ouvrez « Mes commandes » : le statut de chaque commande et le lien de suivi du transporteur y figurent dès l'expédition."
    ),
    (
      "Quels sont les délais de livraison ?",
      "Une commande confirmée est préparée sous un à deux jours ouvrés. Le délai du transporteur vous est indiqué avant le paiement."
    ),
    (
      "Comment retourner un article ?",
      "Vous disposez de quatorze jours après la livraison pour vous rétracter. Ouvrez un ticket depuis votre commande : nous vous envoyons l'étiquette de retour."
    ),
    (
      "Quels modes de paiement acceptez-vous ?",
      "Nous acceptons la carte bancaire et le virement. Un virement doit nous parvenir dans les sept jours, sans quoi la commande est annulée."
    ),
    (
      "Comment contacter le service client ?",
      "Ouvrez un ticket depuis votre compte, ou sans compte par le formulaire de contact : le numéro du ticket vous permet de suivre la réponse."
    ),
  ].enumerated().map { index, entry in
    let id = Int64(index + 1)
    return (QuestionID(id), AnswerID(id), Content(title: entry.0, question: entry.0), entry.1)
  }
}
