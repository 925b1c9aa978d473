public import EventSourcing

/// A campaign's mail to one subscriber (stream `campaigndelivery-<campaign>-<subscriber>`):
///
///     pending ─▶ sent ─▶ delivered ─▶ opened ─▶ clicked      pending, sent ─▶ failed      sent, delivered ─▶ bounced
///        │ ▲└──▶ marked ─▶ sent, bounced, failed
///        │ └─ put off ◀─┘└▶ uncertain ─▶ sent
///
/// A mail is marked before it is handed to the mail server. Whoever finds it marked by somebody who is gone cannot know whether it was taken:
/// it is uncertain then, counts as failed, and is not sent again by itself; a later report that it arrived makes it a sent one.
///
/// Bounced and failed are the end. Reports come late, twice and out of order: what is known already, or comes too late, changes nothing.
public enum CampaignDelivery: Aggregate {
  public typealias Event = CampaignDeliveryEvent
  public static let category = "campaigndelivery"
  public static let initialState = State()
  /// How often the mail server may put a mail off before it has failed.
  public static let maximumDeferrals = 3
  /// How many clicks are remembered.
  public static let maximumClicks = 20

  public struct State: Hashable, Sendable {
    /// Nil for a mail that never was.
    public var row: MailRow?
    public var status = MailStatus.pending
    /// Who has marked it and not said yet what became of it; empty for nobody.
    public var sender = ""
    public var deferrals = 0
    /// Failed because nobody knows whether the mail server has it.
    public var isUncertain = false
    public var isWithdrawn = false
    public var isDelivered = false
    public var openCount: Int64 = 0
    public var clickCount: Int64 = 0
    public var clicks: [MailClick] = []
    public var hasLeft = false
    /// Whether it shows with what, or from where, the mail was read.
    public var isTracked = false
  }

  public static func evolve(_ state: inout State, _ event: CampaignDeliveryEvent) {
    switch event {
    case .mailPrepared(let event): state.row = event.row
    case .mailMarked(let event): state.sender = event.sender
    case .mailPutOff(let event):
      state.sender = ""
      state.deferrals = event.deferrals
    case .mailUncertain:
      state.sender = ""
      state.status = .failed
      state.isUncertain = true
    case .mailSent:
      state.sender = ""
      state.status = .sent
      state.isUncertain = false
    case .mailDelivered:
      state.isDelivered = true
      if state.status == .sent { state.status = .delivered }
    case .mailOpened(let event):
      state.openCount = event.openCount
      state.status = event.status
      state.isTracked = state.isTracked || event.personal?.isTracking == true
    case .mailClicked(let event):
      state.clickCount = event.clickCount
      state.clicks = event.personal?.clicks ?? []
      state.status = .clicked
      state.isTracked = state.isTracked || event.personal?.isTracking == true
    case .mailBounced: state.status = .bounced
    case .mailFailed:
      state.sender = ""
      state.status = .failed
    case .mailWithdrawn: state.isWithdrawn = true
    case .mailLedToUnsubscribing: state.hasLeft = true
    case .mailTrackingErased: state.isTracked = false
    case .mailImported(let event):
      state.row = event.row
      state.status = .sent
    }
  }

  // MARK: Decisions

  static func prepare(_ row: MailRow, _ state: State) -> [Event] {
    state.row == nil ? [.mailPrepared(MailPrepared(row: row))] : []
  }

  /// Takes over a mail that was sent elsewhere.
  static func takeOver(_ row: MailRow, _ state: State) -> [Event] {
    state.row == nil ? [.mailImported(MailImported(row: row))] : []
  }

  static func withdraw(_ state: State) -> [Event] {
    guard let row = state.row, state.status == .pending, state.sender.isEmpty, !state.isWithdrawn else { return [] }
    return [.mailWithdrawn(MailWithdrawn(row: row))]
  }

  /// Marks a mail that is to be sent; says that it is uncertain where another sender left it marked, and that it failed where its reader is
  /// no longer to be written to.
  static func mark(
    _ campaign: CampaignStatus, _ subscriber: Subscriber.State, sender: String, _ state: State
  ) -> [Event] {
    guard let row = state.row, state.status == .pending, !state.isWithdrawn, state.sender != sender else { return [] }
    guard state.sender.isEmpty else {
      return [.mailUncertain(MailUncertain(row: row, reason: "its sender ended while it had it"))]
    }
    guard campaign == .sending else { return withdraw(state) }
    guard subscriber.canReceive else { return [.mailFailed(MailFailed(row: row, reason: "no longer subscribed"))] }
    return [.mailMarked(MailMarked(row: row, sender: sender))]
  }

  static func eraseTracking(_ state: State) -> [Event] {
    guard let row = state.row, state.isTracked else { return [] }
    return [.mailTrackingErased(MailTrackingErased(row: row))]
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
    guard state.status != .bounced, state.status != .failed || state.isUncertain else { return [] }
    // What arrived was sent, even where its sender has not said so yet, or never will.
    let isUnderWay = state.isUncertain || !state.sender.isEmpty
    let sent: [Event] = [.mailSent(MailSent(row: row, mailSubject: subject, personal: email))]
    switch report {
    case .sent: return state.status == .pending || isUnderWay ? sent : []
    case .failed(let reason):
      guard state.status == .pending || state.status == .sent else { return [] }
      return [.mailFailed(MailFailed(row: row, reason: reason.map { cut($0) }))]
    case .putOff(let reason, let byServer):
      guard state.status == .pending, isUnderWay else { return [] }
      let deferrals = state.deferrals + (byServer ? 1 : 0)
      guard deferrals < maximumDeferrals else { return [.mailFailed(MailFailed(row: row, reason: cut(reason)))] }
      return [.mailPutOff(MailPutOff(row: row, deferrals: deferrals, reason: cut(reason)))]
    case .uncertain(let reason):
      return state.status == .pending && isUnderWay ? [.mailUncertain(MailUncertain(row: row, reason: cut(reason, to: 200)))] : []
    case .delivered, .opened, .clicked, .bounced, .unsubscribed:
      guard state.status != .pending || isUnderWay else { throw .noSuchMail }
    }
    let before: [Event] = isUnderWay ? sent : []
    let delivered = before + (state.isDelivered ? [] : [Event.mailDelivered(MailDelivered(row: row))])
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
      guard isUnderWay || state.status == .sent || state.status == .delivered else { return [] }
      return before + [.mailBounced(MailBounced(row: row, kind: kind, reason: reason.map { cut($0, to: 200) }, personal: email))]
    case .sent, .failed, .putOff, .uncertain, .unsubscribed: return []
    }
  }

  /// What a mail's events make of its campaign's totals.
  static func count(_ events: [Event], before: State, into totals: inout CampaignTotals) {
    for event in events {
      switch event {
      case .mailPrepared, .mailWithdrawn, .mailMarked, .mailPutOff, .mailTrackingErased: break
      case .mailSent:
        totals.sent += 1
        // It counted as failed until now.
        if before.isUncertain { totals.failed -= 1 }
      case .mailImported:
        totals.recipients += 1
        totals.sent += 1
      case .mailUncertain: totals.failed += 1
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
