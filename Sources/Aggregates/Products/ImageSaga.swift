/// Where making smaller versions of a product's images waits, if it keeps failing.
public enum ImageSaga: StreamSaga {
  public static let category = "imagesaga"
  public static let names = StreamSagaNames("ImageSaga")
}
