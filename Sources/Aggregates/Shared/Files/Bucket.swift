/// Where files lie in the object storage, one bucket a service.
public enum Bucket: String, Sendable, Hashable, CaseIterable {
  case products
  case sav
  case newsletters
}
