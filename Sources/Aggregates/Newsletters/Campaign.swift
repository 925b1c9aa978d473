public import EventSourcing

/// A campaign (stream `campaign-<id>`):
///
///     draft ─▶ scheduled ─▶ sending ─▶ sent, failed
///       └───────────────────▲   each of the first three ─▶ cancelled        imported ─▶ sent
public enum Campaign: Aggregate {
  public typealias Event = CampaignEvent
  public static let category = "campaign"
  public static let initialState = State()

  public struct State: Hashable, Sendable {
    /// Nil for a campaign that never was.
    public var content: CampaignContent?
    public var status = CampaignStatus.draft
    public var isDeleted = false
    public var scheduledAt: Timestamp?
    public var totals = CampaignTotals()
    /// Sent by another system.
    public var isImported = false
  }

  public static func evolve(_ state: inout State, _ event: CampaignEvent) {
    switch event {
    case .campaignDrafted(let event): state.content = event.content
    case .campaignChanged(let event): state.content = event.content
    case .campaignScheduled(let event):
      state.status = .scheduled
      state.scheduledAt = event.scheduledAt
    case .campaignTestRequested, .campaignMailsPrepared: break
    case .campaignSendingStarted: state.status = .sending
    case .campaignCounted(let event): state.totals = event.totals
    case .campaignSent: state.status = .sent
    case .campaignFailed: state.status = .failed
    case .campaignCancelled: state.status = .cancelled
    case .campaignDeleted: state.isDeleted = true
    case .campaignImported(let event):
      state.content = event.content
      state.status = .sent
      state.isImported = true
    }
  }

  // MARK: Decisions

  static func draft(
    _ id: CampaignID, _ content: CampaignContent, by user: UserID?, _ state: State
  ) throws(CampaignRejection) -> [Event] {
    guard state.content == nil else { return [] }
    try check(content)
    return [.campaignDrafted(CampaignDrafted(campaignID: id, createdBy: user, content: content))]
  }

  /// Takes over a campaign that was sent elsewhere.
  static func takeOver(_ id: CampaignID, _ content: CampaignContent, _ state: State) throws(CampaignRejection) -> [Event] {
    guard state.content == nil else { return [] }
    try check(content)
    return [.campaignImported(CampaignImported(campaignID: id, content: content))]
  }

  /// Makes sure that mails sent elsewhere may be taken over: no campaign of our own has any.
  static func checkTakingOver(_ id: CampaignID, _ state: State) throws(CampaignRejection) {
    _ = try existing(id, state)
    guard state.isImported else { throw .wrongStatus(.send, current: state.status) }
  }

  static func change(_ id: CampaignID, to content: CampaignContent, _ state: State) throws(CampaignRejection) -> [Event] {
    try allow(.change, id, state)
    guard content != state.content else { return [] }
    try check(content)
    return [.campaignChanged(CampaignChanged(campaignID: id, content: content))]
  }

  static func schedule(
    _ id: CampaignID, at moment: Timestamp, recipients: Int64, now: Timestamp, _ state: State
  ) throws(CampaignRejection) -> [Event] {
    let content = try existing(id, state)
    if state.status == .scheduled, state.scheduledAt == moment { return [] }
    try allow(.schedule, id, state)
    guard moment > now else { throw .invalid(FieldError("scheduled_at", .outOfRange(minimum: now.rawValue / 1_000_000, maximum: nil))) }
    return [
      .campaignScheduled(
        CampaignScheduled(
          campaignID: id, name: content.name, campaignType: content.type, scheduledAt: moment, recipients: recipients))
    ]
  }

  /// Shows a campaign, whatever has become of it.
  static func test(_ id: CampaignID, at emails: [String], by user: UserID, _ state: State) throws(CampaignRejection) -> [Event] {
    _ = try existing(id, state)
    guard emails.count <= CampaignTestRequested.maximumAddresses else {
      throw .invalid(FieldError("emails", .tooLong(maximum: CampaignTestRequested.maximumAddresses)))
    }
    guard !emails.isEmpty else { throw .invalid(FieldError("emails", .blank)) }
    do {
      for email in emails { try TextRules.email(email, "emails") }
    } catch {
      throw .invalid(error)
    }
    return [
      .campaignTestRequested(
        CampaignTestRequested(
          campaignID: id, requestedBy: user, addressCount: emails.count, personal: TestAddresses(emails: emails)))
    ]
  }

  /// Makes sure that mails may still be prepared.
  static func checkPreparing(_ id: CampaignID, _ state: State) throws(CampaignRejection) { try allow(.send, id, state) }

  /// Mails were prepared for these.
  static func prepared(_ id: CampaignID, _ readers: [NewsletterID], _ state: State) -> [Event] {
    guard !readers.isEmpty else { return [] }
    var totals = state.totals
    totals.recipients += Int64(readers.count)
    return [.campaignMailsPrepared(CampaignMailsPrepared(campaignID: id, newsletterIDs: readers))] + count(id, totals, state)
  }

  static func start(_ id: CampaignID, _ state: State) throws(CampaignRejection) -> [Event] {
    try allow(.send, id, state)
    guard state.totals.recipients > 0 else { throw .noRecipients(id) }
    return [.campaignSendingStarted(CampaignSendingStarted(campaignID: id, recipients: state.totals.recipients))]
  }

  /// Its time has come. Who was to receive it may all have left.
  static func startAsPlanned(_ id: CampaignID, _ state: State) -> [Event] {
    let started = CampaignSendingStarted(campaignID: id, recipients: state.totals.recipients)
    return [.campaignSendingStarted(started)]
      + (state.totals.recipients > 0 ? [] : [.campaignFailed(CampaignFailed(campaignID: id))])
  }

  static func cancel(_ id: CampaignID, _ state: State) throws(CampaignRejection) -> [Event] {
    _ = try existing(id, state)
    guard state.status != .cancelled else { return [] }
    try allow(.cancel, id, state)
    return [.campaignCancelled(CampaignCancelled(campaignID: id, previousStatus: state.status))]
  }

  static func delete(_ id: CampaignID, _ state: State) throws(CampaignRejection) -> [Event] {
    if state.isDeleted { return [] }
    try allow(.delete, id, state)
    return [.campaignDeleted(CampaignDeleted(campaignID: id))]
  }

  /// A campaign that was sent long ago leaves the lists.
  static func age(_ id: CampaignID, _ state: State) -> [Event] {
    state.status == .sent && !state.isDeleted ? [.campaignDeleted(CampaignDeleted(campaignID: id))] : []
  }

  /// New totals, and the end when nobody is left.
  static func count(_ id: CampaignID, _ totals: CampaignTotals, _ state: State) -> [Event] {
    guard totals != state.totals else { return [] }
    var events: [Event] = [.campaignCounted(CampaignCounted(campaignID: id, totals: totals))]
    guard state.status == .sending, totals.sent + totals.failed >= totals.recipients else { return events }
    if totals.sent == 0 {
      events.append(.campaignFailed(CampaignFailed(campaignID: id)))
    } else {
      events.append(
        .campaignSent(
          CampaignSent(
            campaignID: id, name: state.content?.name ?? "", recipients: totals.recipients, sent: totals.sent, failed: totals.failed)))
    }
    return events
  }

  static func existing(_ id: CampaignID, _ state: State) throws(CampaignRejection) -> CampaignContent {
    guard let content = state.content, !state.isDeleted else { throw .notFound(id) }
    return content
  }

  private static func allow(_ action: CampaignAction, _ id: CampaignID, _ state: State) throws(CampaignRejection) {
    _ = try existing(id, state)
    guard state.status.allowed.contains(action) else { throw .wrongStatus(action, current: state.status) }
  }

  private static func check(_ content: CampaignContent) throws(CampaignRejection) {
    do {
      try content.check()
    } catch {
      throw .invalid(error)
    }
  }
}

/// Why a command on a campaign, or on one of its mails, is refused.
public enum CampaignRejection: Rejection, Hashable {
  /// A field breaks a rule.
  case invalid(FieldError)
  case notFound(CampaignID)
  /// The campaign's status does not allow it.
  case wrongStatus(CampaignAction, current: CampaignStatus)
  /// Nobody is subscribed, reachable and among those it is for.
  case noRecipients(CampaignID)
  /// The mail has not been sent, or there is none.
  case noSuchMail
}
