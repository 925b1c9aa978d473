/// Where what follows for subscribers from accounts and contacts waits, if it keeps failing.
public enum NewsletterSaga: StreamSaga {
  public static let category = "newslettersaga"
  public static let names = StreamSagaNames("NewsletterSaga")
}
