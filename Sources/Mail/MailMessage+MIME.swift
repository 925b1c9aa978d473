extension MailMessage {
  /// Longest message that is written down, in bytes.
  static let maximumBytes = 5 << 20

  /// The message as it travels (RFC 5322, MIME), lines ended by CRLF. The same message always gives the same bytes.
  /// - Throws: `.invalid`, naming the part that would break out of its place.
  public func rendered() throws(MailError) -> [UInt8] {
    guard !subject.hasControlCharacters else { throw .invalid("subject") }
    var head = HeaderWriter()
    head.add("Date", MailDate.text(date))
    head.add("From", mailbox: from)
    head.add("To", mailbox: to)
    if let replyTo { head.add("Reply-To", mailbox: replyTo) }
    head.add("Message-ID", id.description)
    head.add("Subject", text: subject)
    if let unsubscribeURL {
      guard unsubscribeURL.hasPrefix("https://") || unsubscribeURL.hasPrefix("http://"), Self.fitsList(unsubscribeURL),
        unsubscribeMailto.map(Self.fitsList) ?? true
      else { throw .invalid("unsubscribe address") }
      head.add("List-Unsubscribe", "<\(unsubscribeURL)>" + (unsubscribeMailto.map { ",\r\n <mailto:\($0)>" } ?? ""))
      head.add("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
    } else {
      // Nobody need answer it with an absence note (RFC 3834).
      head.add("Auto-Submitted", "auto-generated")
    }
    head.add("MIME-Version", "1.0")

    var bytes: [UInt8]
    if let html {
      // An equals sign never stands so in quoted-printable text: the parts cannot hold their own boundary.
      let boundary = "=_comptoir_alternative"
      head.add("Content-Type", "multipart/alternative; boundary=\"\(boundary)\"")
      bytes = head.bytes
      for (type, content) in [("plain", text), ("html", html)] {
        bytes += Array("\r\n--\(boundary)\r\n".utf8)
        bytes += Self.part(type, content, after: HeaderWriter())
      }
      bytes += Array("\r\n--\(boundary)--\r\n".utf8)
    } else {
      bytes = Self.part("plain", text, after: head)
    }
    guard bytes.count <= Self.maximumBytes else { throw .invalid("length") }
    return bytes
  }

  /// Whether an address can stand between the angle brackets of a header.
  private static func fitsList(_ address: String) -> Bool {
    address.utf8.count <= 900 && address.utf8.allSatisfy { (0x21...0x7e).contains($0) } && !address.contains { "<>,".contains($0) }
  }

  private static func part(_ type: String, _ content: String, after header: HeaderWriter) -> [UInt8] {
    var head = header
    head.add("Content-Type", "text/\(type); charset=utf-8")
    head.add("Content-Transfer-Encoding", "quoted-printable")
    return head.bytes + Array("\r\n".utf8) + QuotedPrintable.encode(content)
  }
}

/// A header's date: `Thu, 26 Nov 2026 12:57:05 +0000`.
enum MailDate {
  private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// - Parameter seconds: since 1970; not before it.
  static func text(_ seconds: Int64) -> String {
    let seconds = max(0, seconds)
    let (day, time) = (seconds / 86_400, seconds % 86_400)
    // Days to year, month and day, counted from 1 March of the year 0, so that leap days come last.
    let shifted = day + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 2 : shiftedMonth - 10
    let year = yearOfEra + era * 400 + (month <= 1 ? 1 : 0)
    let dayOfMonth = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let clock = "\(two(time / 3_600)):\(two(time / 60 % 60)):\(two(time % 60))"
    return "\(days[Int(day % 7)]), \(two(dayOfMonth)) \(months[Int(month)]) \(year) \(clock) +0000"
  }
}
