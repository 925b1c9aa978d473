/// Who may do what with the newsletter.
enum NewsletterAccess {
  static let subscribers = managers
  static let campaigns = managers
  static let templates = managers
  static let administration = managers

  private static let managers = Access.roles(PlatformRole.administrators + [.newsletterManager])
}
