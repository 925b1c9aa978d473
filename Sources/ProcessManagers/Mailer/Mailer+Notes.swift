import Aggregates

extension Mailer {
  public var notes: SagaNotes? {
    SagaNotes(
      correspondence.purpose,
      timers: [
        SagaTimer(
          MailTimer.action, "a mail that the mail server put off, one time for each try", after: TransactionalMail.pauses,
          then: "it is sent again; after the last of them it is given up")
      ], machines: [TransactionalMail.machine])
  }
}
