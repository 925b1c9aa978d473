import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

@Suite struct EmailTemplateTests {
  private let row = EmailTemplate.Row(
    name: "Monthly", slug: "monthly-1", subject: "{{month}}", html: #"<p>{{ month }}<br><a href="{{unsubscribe_url}}">x</a></p>"#,
    variables: [TemplateVariable(name: "month")])

  private func rejection(_ change: (inout EmailTemplate.Row) -> Void) async throws -> FieldError? {
    var row = row
    change(&row)
    let result = try await Scenario().when(AddEmailTemplate(id: EmailTemplateID(1_000), row: row))
    if case .invalid(let error)? = result.rejection as? ReferenceRejection { return error }
    return nil
  }

  @Test func `variables are declared, HTML is closed, and readers can leave`() async throws {
    #expect(try await rejection { _ in } == nil)
    #expect(try await rejection { $0.slug = "Monthly" } == FieldError("slug", .malformed))
    #expect(try await rejection { $0.slug = "a--b" } == FieldError("slug", .malformed))
    #expect(try await rejection { $0.subject = "{{year}}" } == FieldError("subject", .unknown))
    #expect(try await rejection { $0.subject = "{{month" } == FieldError("subject", .malformed))
    #expect(try await rejection { $0.subject = "{{current_year}}" } == nil)
    #expect(try await rejection { $0.plain = "{{1}}" } == FieldError("plain_content", .malformed))
    #expect(try await rejection { $0.html = "<p>{{unsubscribe_url}}" } == FieldError("html_content", .malformed))
    #expect(try await rejection { $0.html = "<p>hello</p>" } == FieldError("html_content", .malformed))
    #expect(
      try await rejection {
        $0.html = "<p>hello</p>"
        $0.category = .transactional
      } == nil)
    #expect(try await rejection { $0.variables = [TemplateVariable(name: "a-b")] } == FieldError("variables", .malformed))
    #expect(
      try await rejection { $0.variables += $0.variables } == FieldError("variables", .duplicate))
  }

  @Test(arguments: [
    ("<p>a</p>", true), ("<p>a", false), ("a</p>", false), ("<p><b>a</p></b>", false), ("<br><img src='a>b'><hr/>", true),
    ("<!-- <p> -->x", true), ("<!doctype html><html><head><style>a>b{}</style></head></html>", true), ("a < b", false), ("a > b", true),
    ("<P>a</p>", true), ("<script>if (a</b/) {}</script>", true), ("<>", false), ("<!-- x", false),
  ])
  func `every element is closed in order`(html: String, isWellFormed: Bool) {
    #expect(HTMLText.isWellFormed(html) == isWellFormed)
  }

  @Test(arguments: [
    ("<p>One  two</p><p>Three</p>", "One two\nThree"), ("a<br>b", "a\nb"), ("<ul><li>x</li><li>y</li></ul>", "x\ny"),
    ("<style>p{}</style>&lt;&#233;&#x20AC;&nope;&amp;", "<é€&nope;&"), ("<b>a</b> <i>b</i>", "a b"),
    ("<p><a href=\"https://x.example/?a=1&amp;b=2\">here</a>.</p>", "here (https://x.example/?a=1&b=2)."),
    ("<a>x</a> <a href='u'>u</a>", "x u"),
  ])
  func `HTML reads as plain text`(html: String, plain: String) {
    #expect(HTMLText.plain(html) == plain)
  }

  @Test func `the templates that the software sends follow their own rules, and stay`() async throws {
    var scenario = Scenario()
    for template in EmailTemplate.defaultRows {
      scenario = try await scenario.given(SeedEmailTemplate(id: template.id, row: template.row))
    }
    try await scenario.when(RemoveEmailTemplate(id: EmailTemplateID(1), usedBy: 0))
      .thenRejected(ReferenceRejection.fixed(kind: "emailtemplate", id: 1))
    try await scenario.when(ChangeEmailTemplate(id: EmailTemplateID(1)) { $0.slug = "other" })
      .thenRejected(ReferenceRejection.fixed(kind: "emailtemplate", id: 1))
    _ = try await scenario.given(ChangeEmailTemplate(id: EmailTemplateID(1)) { $0.name = "Other" })
  }
}
