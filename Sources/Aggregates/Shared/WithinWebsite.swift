public import EventSourcing

/// An aggregate that belongs to a website, or to the platform itself.
public protocol WebsiteOwned: Aggregate {
  /// Whether it belongs to another website than this one; nil stands for the platform. What is not there belongs to nobody.
  static func isForeign(_ state: State, to websiteID: WebsiteID?) -> Bool
}

/// A command that is carried out only on what belongs to the website it was sent to; everything else is not there for it.
public struct WithinWebsite<Inner: Command>: Command {
  private let inner: Inner
  private let isForeign: @Sendable (inout DecisionSession) throws -> Bool

  /// - Parameters:
  ///   - websiteID: where the command was sent; nil for the platform itself.
  ///   - command: what is to be done if the aggregate is that website's.
  public init<A: WebsiteOwned>(_ websiteID: WebsiteID?, _ aggregate: A.Type, _ id: some CustomStringConvertible, _ command: Inner) {
    inner = command
    let id = "\(id)"
    isForeign = { session in A.isForeign(try session.load(A.self, id), to: websiteID) }
  }

  /// - Throws: `OfOtherWebsite`, or what the command itself throws.
  public func decide(in session: inout DecisionSession) throws -> Inner.Answer {
    guard try !isForeign(&session) else { throw OfOtherWebsite() }
    return try inner.decide(in: &session)
  }
}

/// What a command is about belongs to another website.
public struct OfOtherWebsite: Rejection, Hashable {
  public init() {}
}
