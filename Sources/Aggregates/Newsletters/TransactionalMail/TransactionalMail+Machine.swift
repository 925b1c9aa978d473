public import EventSourcing

extension TransactionalMail {
  /// What becomes of a mail, with two senders that know nothing of each other.
  public static func machine() throws -> StateMachine {
    let key = MailKey(cause: StreamName(rawValue: "order-1"), version: 1, template: "order-confirmation")
    let outcomes: [MailOutcome] = [
      .sent, .refused(reason: "550"), .putOff(reason: "451"), .uncertain(reason: "connection ended"), .omitted(reason: "no account"),
    ]
    return try StateMachine(
      of: TransactionalMail.self, key, state: { $0.status == .putOff ? "put off" : $0.status.rawValue },
      asking: ["one", "two"].map { sender in { _ = try MarkTransactionalMail(key, sender: sender).decide(in: &$0) } }
        + outcomes.map { outcome in { _ = try SettleTransactionalMail(key, outcome).decide(in: &$0) } })
  }
}
