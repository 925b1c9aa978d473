/// Where what follows for contacts from accounts, orders and the newsletter waits, if it keeps failing.
public enum ContactSaga: StreamSaga {
  public static let category = "contactsaga"
  public static let names = StreamSagaNames("ContactSaga")
}
