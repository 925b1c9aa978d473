import Aggregates

extension Campaigns {
  public var notes: SagaNotes? {
    SagaNotes(
      """
      Sees to it that campaigns leave: at their time their readers are chosen, a job is made for each batch of them, and what has not been sent of a
      cancelled campaign is taken back. It keeps no state of its own and is never parked: it tries until it can be done.
      """,
      timers: [SagaTimer(CampaignTimer.action, "the planned time of a campaign", after: [], then: "its readers are chosen and it starts")],
      machines: [Campaign.machine])
  }
}
