import Aggregates

extension ImageResizer {
  public var notes: SagaNotes? {
    SagaNotes(
      """
      Makes the medium version and the thumbnail of each image of a product and stores them beside the original. A picture that cannot be decoded, or
      has more than 40 million pixels, keeps its original alone, which is logged and not tried again.
      """, steps: [.on(ImageAdded.self, ResizeImage.self)], machines: [Saga.machine])
  }
}
