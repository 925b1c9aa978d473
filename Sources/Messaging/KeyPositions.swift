import Aggregates
public import EventSourcing
import JSON

/// The position of the last message of each routing key: a fold of the log, from which a message's `previousposition` comes.
///
/// A consumer that remembers the last position it saw of a key knows by it that it missed something.
public struct KeyPositions: Hashable, Sendable {
  private var last: [String: Position] = [:]
  /// Everything up to here is in.
  public private(set) var position = Position.start

  public init() {}

  /// Takes a message in, in the order of the log.
  /// - Returns: the position of the key's message before it; `.start` for none.
  public mutating func advance(_ routingKey: String, to position: Position) -> Position {
    self.position = position
    return last.updateValue(position, forKey: routingKey) ?? .start
  }

  /// Notes that nothing else is to come up to a position.
  public mutating func advance(to position: Position) { self.position = max(self.position, position) }

  // MARK: Snapshots

  /// Where the fold is kept as a snapshot; it is no stream of events.
  static let snapshotName = StreamName(rawValue: "relay-keys")

  /// Names today's translations: with others the fold is another one.
  static let fingerprint: String = {
    // FNV-1a: a change is to be seen, not an attack.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for translation in MessageCatalogue.all.sorted(by: { $0.event.name < $1.event.name }) {
      let text = "\(translation.event.name) \(translation.names.map(\.routingKey).joined(separator: ",")) "
      for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }
    return "keys-\(hash)"
  }()

  /// Nil where it cannot be read: then the fold begins anew.
  init?(_ snapshot: Snapshot) {
    guard let members = try? JSONValue(parsing: snapshot.state).objectValue else { return nil }
    for (key, value) in members {
      guard let position = value.int64Value else { return nil }
      last[key] = Position(position)
    }
    position = Position(snapshot.version.rawValue)
  }

  var snapshot: Snapshot {
    let members = last.sorted { $0.key < $1.key }.map { (key: $0.key, value: JSONValue.number("\($0.value.rawValue)")) }
    return Snapshot(
      fingerprint: Self.fingerprint, version: StreamVersion(position.rawValue), token: DecisionToken(),
      state: JSONValue.object(members).serialized)
  }
}
