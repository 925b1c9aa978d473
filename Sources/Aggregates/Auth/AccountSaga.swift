/// Where what follows from a closed account waits, if it keeps failing.
public enum AccountSaga: StreamSaga {
  public static let category = "accountsaga"
  public static let names = StreamSagaNames("AccountSaga")
}
