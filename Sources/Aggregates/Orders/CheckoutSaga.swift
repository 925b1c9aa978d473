/// The checkout saga's own stream.
public enum CheckoutSaga: OrderSaga {
  public static let category = "checkout"
}
