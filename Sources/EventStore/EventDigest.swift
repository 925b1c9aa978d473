import Crypto
import EventSourcing
import FoundationEssentials

/// The digest of an event: SHA-256 over everything its writer decides, framed as `event_store.event_digest` in the schema
/// frames it (`docs/decisions/0002-hash-chain.md`). The chain of commits covers it.
enum EventDigest {
  static func digest(
    of event: EventData, id: UUID, stream: StreamName, metadata: [UInt8], commandID: CommandID, index: Int, token: DecisionToken
  ) -> [UInt8] {
    var frame: [UInt8] = []
    frame.reserveCapacity(event.payload.count + metadata.count + 192)
    frame.append(0x01)
    append(stream.rawValue.utf8, to: &frame)
    append(id, to: &frame)
    append(event.type.utf8, to: &frame)
    append(Int16(event.schemaVersion), to: &frame)
    frame.append(event.isPublic ? 1 : 0)
    if let subject = event.subject { append(subject.rawValue.utf8, to: &frame) } else { append(Int32(-1), to: &frame) }
    append(event.payload, to: &frame)
    append(metadata, to: &frame)
    append(commandID.uuid, to: &frame)
    append(Int32(index), to: &frame)
    append(token.uuid, to: &frame)
    append(event.occurredAt.rawValue, to: &frame)
    return Array(SHA256.hash(data: frame))
  }

  private static func append(_ integer: some FixedWidthInteger, to frame: inout [UInt8]) {
    withUnsafeBytes(of: integer.bigEndian) { frame.append(contentsOf: $0) }
  }

  private static func append(_ uuid: UUID, to frame: inout [UInt8]) {
    withUnsafeBytes(of: uuid.uuid) { frame.append(contentsOf: $0) }
  }

  private static func append(_ bytes: some Collection<UInt8>, to frame: inout [UInt8]) {
    append(Int32(bytes.count), to: &frame)
    frame.append(contentsOf: bytes)
  }
}
