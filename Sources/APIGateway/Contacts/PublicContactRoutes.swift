import Aggregates
import EventSourcing
import HTTPTypes
import JSON

/// What anybody may do: sign up, leave, and be counted when he opens a mail.
enum PublicContactRoutes {
  static let routes: [Route] = [
    Route(
      .post, "/public/subscribe", "signUp", "Signs an address up for the newsletter", in: SignUpInput.self, out: signedUp.asData,
      status: 201, access: .everyone, idempotency: .none, problems: [], handler: signUp),
    Route(
      .post, "/public/unsubscribe", "signOff", "Ends the subscriptions of an address; the answer does not tell whether it was known",
      in: SignOffInput.self, out: signedOff.asData, access: .everyone, idempotency: .none, problems: [], handler: signOff),
    track("opened", "trackOpening", "Notes that a contact opened a mail", .opened),
    track("clicked", "trackClick", "Notes that a contact followed a link of a mail", .clicked),
  ]

  private static let signedUp = Schema.object("SignedUp", ["newsletter": .boolean, "marketing": .boolean])
  private static let signedOff = Schema.object("SignedOff", ["type": .choice(SignOffInput.Scope.allCases.map(\.rawValue))])

  private static func track(_ word: String, _ operation: String, _ summary: String, _ engagement: ContactEngagement) -> Route {
    Route(
      .post, "/public/track/{id}/\(word)", operation, summary, in: IDInput<ContactID>.self, out: nil, status: 204, access: .everyone,
      idempotency: .none, problems: []
    ) { input, call in .command(try await call.execute(ActOnContact(contactID: input.id, .count(engagement)))) }
  }

  @Sendable private static func signUp(_ input: SignUpInput, _ call: Call) async throws -> Reply {
    let claim = call.contactClaim(of: input.content.email)
    // Between the question whose address it is and the command somebody else may sign up with it, or its contact may be deleted.
    for attempt in 1... {
      let known = try await call.contact(withClaim: claim)
      let id = if let known { known } else { ContactID(try await call.nextID("contact")) }
      let command = SignUpContact(
        contactID: id, content: input.content, emailClaim: claim, newsletter: input.newsletter, marketing: input.marketing,
        userID: try await call.userID(withEmail: input.content.email))
      do {
        _ = try await call.executeForm(command)
        break
      } catch let error where attempt < 5 && error.meansAnotherContact {
        continue
      }
    }
    return .data { json in
      json.field("newsletter", input.newsletter)
      json.field("marketing", input.marketing)
    }
  }

  @Sendable private static func signOff(_ input: SignOffInput, _ call: Call) async throws -> Reply {
    if let id = try await call.contact(withClaim: call.contactClaim(of: input.email)) {
      do {
        _ = try await call.executeForm(ActOnContact(contactID: id, .unsubscribe(input.scope)))
      } catch ContactRejection.notFound {
        // Deleted meanwhile: he gets nothing, as he wished.
      }
    }
    // Without a position, since that would tell whether something was written.
    return .data { $0.field("type", input.scope.rawValue) }
  }
}

extension Call {
  /// Carries out what anybody may ask for any address, in nobody's name: who is signed in is no witness for the address that he writes.
  fileprivate func executeForm<C: Command>(_ command: C) async throws -> CommandOutcome<C.Answer> {
    var context = context
    context.actor = nil
    return try await services.executor.execute(command, context: context)
  }
}

extension Error {
  /// Whether an address has got, or lost, its contact since it was asked for.
  var meansAnotherContact: Bool {
    let error: any Error = self
    return switch error {
    case CommandError.refused(.claimTaken), ContactRejection.alreadyExists: true
    default: false
    }
  }
}
