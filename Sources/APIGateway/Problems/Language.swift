/// The languages in which the gateway speaks to people.
enum Language: String, Sendable, CaseIterable {
  case english = "en"
  case french = "fr"

  /// The best of ours for an `Accept-Language` header (RFC 9110, section 12.5.4); English when none fits.
  init(accepting header: String?) {
    self = .english
    guard let header else { return }
    var best = 0.0
    for range in header.split(separator: ",").prefix(16) {
      let parts = range.split(separator: ";")
      guard let tag = parts.first?.drop(while: { $0 == " " }) else { continue }
      var quality = 1.0
      for parameter in parts.dropFirst() {
        let trimmed = parameter.filter { $0 != " " }
        if trimmed.hasPrefix("q=") { quality = Double(trimmed.dropFirst(2)) ?? 0 }
      }
      let primary = tag.prefix { $0 != "-" && $0 != " " }.lowercased()
      let language = primary == "*" ? Language.english : Language(rawValue: primary)
      if let language, quality > best {
        best = quality
        self = language
      }
    }
  }
}

/// A sentence in each language.
struct LocalizedText: Sendable, Hashable {
  var english: String
  var french: String

  init(_ english: String, _ french: String) {
    self.english = english
    self.french = french
  }

  subscript(language: Language) -> String {
    switch language {
    case .english: english
    case .french: french
    }
  }
}
