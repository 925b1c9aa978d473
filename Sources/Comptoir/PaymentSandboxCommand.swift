import ArgumentParser
import PaymentSandbox
import ServiceLifecycle
import UnixSignals

/// `comptoir payment-sandbox`
struct PaymentSandboxCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "payment-sandbox",
    abstract: "A payment provider that moves no money, on PAYMENT_SANDBOX_PORT (8110), on PAYMENT_SANDBOX_HOST (127.0.0.1).",
    discussion: """
      The token of a payment says what happens with it:
        sandbox_ok             authorised and captured
        sandbox_refuse         refused, as any token that is not here
        sandbox_silent         no answer, then or later
        sandbox_capture_fails  authorised, each capture refused
        sandbox_delayed        no answer; a callback says that it was authorised
        sandbox_twice          the same, and the callback is delivered twice
        sandbox_out_of_order   authorised and captured at once; the callback of the capture comes first
        sandbox_answer_lost    authorised and captured, but each time the connection ends before the answer; asked again, it answers

      POST /authorise, /capture, /void and /refund; GET /operations lists what was really done. PAYMENT_SECRET is what requests show as
      bearer token; without it none is asked for. What was done stands in PAYMENT_SANDBOX_JOURNAL (.run/payments/journal), a file that only
      grows. Callbacks go to PAYMENT_CALLBACK_URL (the gateway's), signed with COMPTOIR_PAYMENT_WEBHOOK_SECRET, without which there are none.
      """)
  @OptionGroup var options: CommonOptions

  func run() async throws {
    let settings = try await Settings(options)
    let configuration = try settings.paymentSandbox()
    let sandbox: PaymentSandbox
    do {
      sandbox = try PaymentSandbox(configuration, logger: settings.logger)
    } catch {
      throw PlainError("the journal \(configuration.journal ?? "") cannot be used: \(error)")
    }
    try await ServiceGroup(services: [sandbox], gracefulShutdownSignals: [.sigterm, .sigint], logger: settings.logger).run()
  }
}
