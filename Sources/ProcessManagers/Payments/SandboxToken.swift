/// What a client of the sandbox says is to happen with its payment. Any other token is refused.
///
/// | token | what happens |
/// |---|---|
/// | `sandbox_ok` | authorised and captured |
/// | `sandbox_refuse` | refused |
/// | `sandbox_silent` | no answer, then or later |
/// | `sandbox_capture_fails` | authorised, each capture refused |
/// | `sandbox_delayed` | no answer; a callback says that it was authorised |
/// | `sandbox_twice` | the same, and the callback is delivered twice |
/// | `sandbox_out_of_order` | no answer; authorised and captured at once, and a callback tells of the capture before one tells of the authorisation |
/// | `sandbox_answer_lost` | authorised and captured, but each time the connection ends before the answer; asked again, the sandbox answers |
public enum SandboxToken: String, Sendable, Hashable, CaseIterable {
  case ok = "sandbox_ok"
  case refuse = "sandbox_refuse"
  case silent = "sandbox_silent"
  case captureFails = "sandbox_capture_fails"
  case delayed = "sandbox_delayed"
  case twice = "sandbox_twice"
  case outOfOrder = "sandbox_out_of_order"
  case answerLost = "sandbox_answer_lost"

  /// The token that a promise was made for.
  init?(promise providerID: String) {
    self.init(rawValue: String(providerID.prefix { $0 != "-" }))
  }
}
