import Aggregates

extension FileKeeper {
  public var notes: SagaNotes? {
    SagaNotes(
      """
      Empties the object storage: files go with their rows, and uploads that nobody confirmed in time go with all they left. Every service has its
      part of it, so it hears of no other service.
      """,
      timers: [
        SagaTimer(
          UploadTimer.action, "an upload to be confirmed; the object storage, where it did not answer",
          after: [UploadTimer.lifetime, UploadTimer.pause],
          then: "the upload expires unless it was confirmed, and its place and folder are emptied of all else")
      ], machines: [Saga.machine])
  }
}
