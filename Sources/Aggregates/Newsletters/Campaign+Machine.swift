public import EventSourcing

extension Campaign {
  /// What becomes of a campaign to one reader, or to nobody.
  public static func machine() throws -> StateMachine {
    let (id, reader) = (CampaignID(1), NewsletterID(1))
    let content = CampaignContent(name: "Spring", subject: "Hello", content: "<p>Hello</p>")
    var other = content
    other.subject = "Good day"
    let changed = other
    func ask(_ decide: @escaping (State, Timestamp) throws -> [CampaignEvent]) -> StateMachine.Question {
      { session in try session.record(decide(session.load(Campaign.self, id), session.now), on: Campaign.self, id) }
    }
    func count(_ change: @escaping (inout CampaignTotals) -> Void) -> StateMachine.Question {
      ask { state, _ in
        var totals = state.totals
        change(&totals)
        return state.status == .sending ? Self.count(id, totals, state) : []
      }
    }
    let planned = Timestamp(microseconds: 3_600_000_000)
    return try StateMachine(
      of: Campaign.self, id, state: name,
      asking: [
        ask { state, _ in try draft(id, content, by: nil, state) }, ask { state, _ in try change(id, to: changed, state) },
        ask { state, now in try schedule(id, at: planned, recipients: 1, now: now, state) },
        ask { state, _ in try test(id, at: ["ada@customer.example"], by: UserID(1), state) },
        ask { state, _ in
          try checkPreparing(id, state)
          return state.totals.recipients == 0 ? prepared(id, [reader], state) : []
        },
        ask { state, _ in try start(id, state) },
        {
          let timer = DueTimer(name: "start", dueAt: planned, payload: [], setting: Position(1))
          _ = try FireCampaignTimer(campaignID: id, timer: timer).decide(in: &$0)
        },
        count { $0.sent = $0.recipients }, count { $0.failed = $0.recipients }, ask { state, _ in try cancel(id, state) },
        ask { state, _ in try delete(id, state) }, ask { state, _ in age(id, state) },
        ask { state, _ in try takeOver(id, content, state) },
      ])
  }

  private static func name(_ state: State) -> String {
    if state.content == nil { return "none" }
    return state.isDeleted ? "deleted" : state.status.rawValue
  }
}
