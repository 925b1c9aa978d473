/// The delivery saga's own stream.
public enum DeliverySaga: OrderSaga {
  public static let category = "deliverysaga"
}
