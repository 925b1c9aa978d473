import Aggregates
import EventSourcing
import HTTPTypes
import JSON
import Postgres

/// Mail templates.
enum TemplateRoutes {
  /// `$1` bigint: the template. How many campaigns still to be sent were made with it.
  private static let uses = PostgresStatement(
    "newsletters.uses_of_template",
    """
    select \(ReadSide.positionSQL), (
      select count(*) from campaigns c where c.email_template_id = $1 and c.deleted_at is null and c.status in ('draft', 'scheduled'))
    """)

  static let routes: [Route] =
    [
      .list(
        "/templates", "emailTemplates", "Mail templates by name", in: NoInput.self, access: NewsletterAccess.templates,
        from: { $0.reads.newsletters }, NewsletterResources.templates
      ) { _, _ in [] },
      .row(
        "/templates/{id}", "emailTemplate", "A mail template", in: IDInput<EmailTemplateID>.self, access: NewsletterAccess.templates,
        from: { $0.reads.newsletters }, NewsletterResources.oneTemplate
      ) { input, _ in [.int64(input.id.rawValue)] },
      Route(
        .post, "/templates", "addEmailTemplate", "Adds a mail template", in: NewTemplate.self, out: Schema.reference.asData, status: 201,
        access: NewsletterAccess.templates, idempotency: .optional, problems: [.alreadyTaken, .unknownReference, .stateConflict]
      ) { input, call in
        let id = EmailTemplateID(try await call.nextID("email_template"))
        var row = input.row
        row.createdBy = call.user.userID
        let outcome = try await call.execute(AddEmailTemplate(id: id, row: row))
        let made = outcome.answer?.id ?? id
        return .reference(outcome, made, location: "/api/v1/newsletters/templates/\(made)")
      },
      edit(.put, "replaceEmailTemplate", "Changes a mail template"),
      edit(.patch, "changeEmailTemplate", "Changes fields of a mail template"),
      Route(
        .delete, "/templates/{id}", "removeEmailTemplate", "Deletes a mail template; its slug stays taken",
        in: IDInput<EmailTemplateID>.self, out: nil, status: 204, access: NewsletterAccess.templates, idempotency: .none,
        precondition: .ifMatch, problems: [.inUse, .protected]
      ) { input, call in
        let (result, _) = try await call.services.reads.newsletters.query(uses, [.int64(input.id.rawValue)], call)
        let command = RemoveEmailTemplate(id: input.id, usedBy: try result[0].int64(1))
        return .command(try await call.execute(command, ifMatch: EmailTemplate.self, input.id))
      },
    ]

  private static func edit(_ method: HTTPRequest.Method, _ operation: String, _ summary: String) -> Route {
    Route(
      method, "/templates/{id}", operation, summary, in: TemplateChange.self, out: Schema.reference.asData,
      access: NewsletterAccess.templates, idempotency: .none, precondition: .ifMatch,
      problems: [.alreadyTaken, .unknownReference, .protected]
    ) { input, call in
      let command = ChangeEmailTemplate(id: input.id) { input.apply(to: &$0) }
      return .reference(try await call.execute(command, ifMatch: EmailTemplate.self, input.id), input.id)
    }
  }
}
