import CCurl
import Glibc

/// One connection of libcurl's, made when there is a mail and kept for the next one. Used by one thread at a time.
final class SMTPConnection: @unchecked Sendable {
  // Unchecked: the mailer lends it to one thread at a time.

  /// Once a process, before the first handle.
  private static let library: Void = { _ = comptoir_curl_start() }()

  private let configuration: SMTPConfiguration
  private let handle: UnsafeMutableRawPointer

  init(_ configuration: SMTPConfiguration) {
    _ = Self.library
    self.configuration = configuration
    guard let handle = curl_easy_init() else { preconditionFailure("libcurl has no memory") }
    self.handle = handle
  }

  deinit { curl_easy_cleanup(handle) }

  /// Hands one message over, blocking.
  func send(_ message: [UInt8], from sender: String, to recipient: String) -> Result<Void, MailError> {
    // Settings go, connections stay.
    curl_easy_reset(handle)
    configure()
    text(CURLOPT_MAIL_FROM, "<\(sender)>")
    let recipients = curl_slist_append(nil, "<\(recipient)>")
    defer { curl_slist_free_all(recipients) }
    _ = comptoir_curl_set_list(handle, CURLOPT_MAIL_RCPT, recipients)
    number(CURLOPT_UPLOAD, 1)
    let upload = Upload(message)
    let context = Unmanaged.passUnretained(upload).toOpaque()
    _ = comptoir_curl_set_source(
      handle,
      { buffer, size, count, context in
        let upload = Unmanaged<Upload>.fromOpaque(context!).takeUnretainedValue()
        return upload.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: size * count))
      }, context)
    _ = comptoir_curl_set_listener(
      handle,
      { line, size, count, context in
        let upload = Unmanaged<Upload>.fromOpaque(context!).takeUnretainedValue()
        upload.hear(UnsafeRawBufferPointer(start: line, count: size * count))
        return size * count
      }, context)
    let code = withExtendedLifetime(upload) { curl_easy_perform(handle) }
    guard code != CURLE_OK else { return .success(()) }
    return .failure(Self.judge(code, reply: Int(comptoir_curl_response_code(handle)), upload))
  }

  private func configure() {
    text(CURLOPT_URL, configuration.url)
    text(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
    // No proxy that the environment names for something else.
    text(CURLOPT_PROXY, "")
    // Time limits without signals: there are threads.
    number(CURLOPT_NOSIGNAL, 1)
    number(CURLOPT_CONNECTTIMEOUT_MS, configuration.connectTimeout.wholeMilliseconds)
    number(CURLOPT_TIMEOUT_MS, configuration.timeout.wholeMilliseconds)
    // After a mail whose time is over the server is told goodbye, and its answer is waited for two minutes unless it is said how long.
    number(CURLOPT_SERVER_RESPONSE_TIMEOUT, max(1, configuration.timeout.wholeMilliseconds / 1_000))
    number(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
    number(CURLOPT_USE_SSL, Int((configuration.security == .none ? CURLUSESSL_NONE : CURLUSESSL_ALL).rawValue))
    if let file = configuration.certificateFile { text(CURLOPT_CAINFO, file) }
    if !configuration.user.isEmpty {
      text(CURLOPT_USERNAME, configuration.user)
      text(CURLOPT_PASSWORD, configuration.password)
    }
  }

  private func text(_ option: CURLoption, _ value: String) { _ = comptoir_curl_set_text(handle, option, value) }
  private func number(_ option: CURLoption, _ value: Int) { _ = comptoir_curl_set_number(handle, option, value) }

  /// What a failure means for the message.
  /// - Parameter reply: the last code that the server answered with; 0 for none.
  private static func judge(_ code: CURLcode, reply: Int, _ upload: Upload) -> MailError {
    let reason = String(cString: curl_easy_strerror(code))
    // Said of the message, when its envelope or its end was answered with it. What is said of the connection or of us (greeting, TLS,
    // credentials) is no fault of the message.
    let isAboutMessage = code == CURLE_SEND_ERROR || (upload.isHandedOver && upload.lastReply?.code == reply)
    let isAboutUs = [530, 534, 535, 538].contains(reply) || code == CURLE_LOGIN_DENIED
    if isAboutMessage, !isAboutUs, (400..<600).contains(reply) {
      let words = SMTPReply(code: reply, text: upload.lastReply?.text ?? "")
      return reply < 500 ? .deferred(words) : .refused(words)
    }
    return upload.isHandedOver ? .uncertain(reason) : .unavailable(reason)
  }
}

/// A message on its way through libcurl.
private final class Upload {
  private let bytes: [UInt8]
  private var offset = 0
  /// Whether libcurl has been told of the end, after which it sends the final dot.
  private(set) var isHandedOver = false
  private(set) var lastReply: SMTPReply?

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(buffer.count, bytes.count - offset)
    guard count > 0 else {
      isHandedOver = true
      return 0
    }
    bytes.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + count])) }
    offset += count
    return count
  }

  /// A line of the server's: three digits, a blank or hyphen, words.
  func hear(_ line: UnsafeRawBufferPointer) {
    let text = String(decoding: line.prefix(500), as: UTF8.self)
    // The farewell says nothing of the message.
    guard let code = Int(text.prefix(3)), code != 221 else { return }
    let words = text.dropFirst(4).unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7f }
    lastReply = SMTPReply(code: code, text: String(String.UnicodeScalarView(words)))
  }
}

extension Duration {
  fileprivate var wholeMilliseconds: Int {
    Int(components.seconds) * 1_000 + Int(components.attoseconds / 1_000_000_000_000_000)
  }
}
