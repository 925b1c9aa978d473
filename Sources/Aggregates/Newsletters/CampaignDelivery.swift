public import EventSourcing

/// A campaign's mail to one subscriber (stream `campaigndelivery-<campaign>-<subscriber>`):
///
///     pending ─▶ sent ─▶ delivered ─▶ opened ─▶ clicked      pending, sent ─▶ failed      sent, delivered ─▶ bounced
///
/// Bounced and failed are the end. Reports come late, twice and out of order: what is known already, or comes too late, changes nothing.
public enum CampaignDelivery: Aggregate {
  public typealias Event = CampaignDeliveryEvent
  public static let category = "campaigndelivery"
  public static let initialState = State()
  /// How many clicks are remembered.
  public static let maximumClicks = 20

  public struct State: Hashable, Sendable {
    /// Nil for a mail that never was.
    public var row: MailRow?
    public var status = MailStatus.pending
    public var isWithdrawn = false
    public var isDelivered = false
    public var openCount: Int64 = 0
    public var clickCount: Int64 = 0
    public var clicks: [MailClick] = []
    public var hasLeft = false
  }

  public static func evolve(_ state: inout State, _ event: CampaignDeliveryEvent) {
    switch event {
    case .mailPrepared(let event): state.row = event.row
    case .mailSent: state.status = .sent
    case .mailDelivered:
      state.isDelivered = true
      if state.status == .sent { state.status = .delivered }
    case .mailOpened(let event):
      state.openCount = event.openCount
      state.status = event.status
    case .mailClicked(let event):
      state.clickCount = event.clickCount
      state.clicks = event.personal?.clicks ?? []
      state.status = .clicked
    case .mailBounced: state.status = .bounced
    case .mailFailed: state.status = .failed
    case .mailWithdrawn: state.isWithdrawn = true
    case .mailLedToUnsubscribing: state.hasLeft = true
    }
  }

  // MARK: Decisions

  static func prepare(_ row: MailRow, _ state: State) -> [Event] {
    state.row == nil ? [.mailPrepared(MailPrepared(row: row))] : []
  }

  static func withdraw(_ state: State) -> [Event] {
    guard let row = state.row, state.status == .pending, !state.isWithdrawn else { return [] }
    return [.mailWithdrawn(MailWithdrawn(row: row))]
  }

  /// What a report makes of a mail; nothing where it is known already or comes too late.
  /// - Parameters:
  ///   - email: the subscriber's address; nil once he was forgotten.
  ///   - subject: the campaign's.
  static func decide(
    _ report: MailReport, email: SubscriberEmail?, subject: String, now: Timestamp, _ state: State
  ) throws(CampaignRejection) -> [Event] {
    guard let row = state.row, !state.isWithdrawn else { throw .noSuchMail }
    if case .unsubscribed = report {
      return state.hasLeft || state.status == .pending ? [] : [.mailLedToUnsubscribing(MailLedToUnsubscribing(row: row))]
    }
    guard state.status != .bounced, state.status != .failed else { return [] }
    switch report {
    case .sent:
      return state.status == .pending ? [.mailSent(MailSent(row: row, mailSubject: subject, personal: email))] : []
    case .failed(let reason):
      guard state.status == .pending || state.status == .sent else { return [] }
      return [.mailFailed(MailFailed(row: row, reason: reason.map { cut($0) }))]
    case .delivered, .opened, .clicked, .bounced, .unsubscribed:
      guard state.status != .pending else { throw .noSuchMail }
    }
    let delivered: [Event] = state.isDelivered ? [] : [.mailDelivered(MailDelivered(row: row))]
    func reader(_ userAgent: String?, _ ipAddress: String?, _ clicks: [MailClick]) -> MailReader? {
      email.map { MailReader(email: $0.email, userAgent: userAgent.map { cut($0) }, ipAddress: ipAddress.map { cut($0) }, clicks: clicks) }
    }
    switch report {
    case .delivered: return delivered
    case .opened(let userAgent, let ipAddress):
      // Whoever opens a mail has got it, even where nobody reported that.
      return delivered + [
        .mailOpened(
          MailOpened(
            row: row, openCount: min(state.openCount + 1, Int64(Int32.max)), status: state.status == .clicked ? .clicked : .opened,
            personal: reader(userAgent, ipAddress, [])))
      ]
    case .clicked(let url, let linkText, let userAgent, let ipAddress):
      let count = min(state.clickCount + 1, Int64(Int32.max))
      let click = MailClick(id: count, url: cut(url, to: 2_000), at: now, linkText: linkText.map { cut($0) })
      return delivered + [
        .mailClicked(
          MailClicked(
            row: row, clickCount: count, personal: reader(userAgent, ipAddress, Array((state.clicks + [click]).suffix(maximumClicks)))))
      ]
    case .bounced(let kind, let reason):
      guard state.status == .sent || state.status == .delivered else { return [] }
      return [.mailBounced(MailBounced(row: row, kind: kind, reason: reason.map { cut($0, to: 200) }, personal: email))]
    case .sent, .failed, .unsubscribed: return []
    }
  }

  /// What a mail's events make of its campaign's totals.
  static func count(_ events: [Event], before: State, into totals: inout CampaignTotals) {
    for event in events {
      switch event {
      case .mailPrepared, .mailWithdrawn: break
      case .mailSent: totals.sent += 1
      case .mailDelivered: totals.delivered += 1
      case .mailOpened: if before.openCount == 0 { totals.opened += 1 }
      case .mailClicked: if before.clickCount == 0 { totals.clicked += 1 }
      case .mailBounced: totals.bounced += 1
      case .mailFailed:
        totals.failed += 1
        // It counted as sent until now.
        if before.status == .sent { totals.sent -= 1 }
      case .mailLedToUnsubscribing: totals.unsubscribed += 1
      }
    }
  }

  private static func cut(_ text: String, to maximum: Int = 255) -> String {
    guard text.unicodeScalars.count > maximum || text.utf8.contains(0) else { return text }
    var cut = String.UnicodeScalarView()
    cut.append(contentsOf: text.unicodeScalars.lazy.filter { $0 != "\0" }.prefix(maximum))
    return String(cut)
  }
}
