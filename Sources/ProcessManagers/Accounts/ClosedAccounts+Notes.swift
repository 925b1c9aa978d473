import Aggregates

extension ClosedAccounts {
  public var notes: SagaNotes? {
    SagaNotes(
      """
      What goes with a closed account: its addresses and open baskets are deleted, and the websites that it owns are closed to visitors. Nothing is
      undone when the account is opened again.
      """,
      steps: [
        .on(UserDeleted.self, DeleteAddresses.self), .on(UserDeleted.self, DeleteBasket.self),
        .on(UserDeleted.self, DeactivateWebsite.self),
      ], machines: [Saga.machine])
  }
}
