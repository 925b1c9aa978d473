/// Where the removal of files waits, if it keeps failing: by the stream of the files' owner.
public enum FileSaga: StreamSaga {
  public static let category = "filesaga"
  public static let names = StreamSagaNames("FileSaga")
}
