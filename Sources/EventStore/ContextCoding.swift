import EventSourcing
import FoundationEssentials
import JSON

/// How a command's context stands in an event's `metadata`; what is unknown is left out.
extension CommandContext {
  private static let empty = Array("{}".utf8)

  var metadata: [UInt8] {
    if self == CommandContext() { return Self.empty }
    return JSONWriter.object { json in
      if let correlationID { json.field("correlation_id", correlationID.uuidString.lowercased()) }
      if let causationID { json.field("causation_id", causationID.uuidString.lowercased()) }
      if let actor { json.field("actor", actor) }
      if let traceparent { json.field("traceparent", traceparent) }
    }
  }

  init(metadata: UnsafeRawBufferPointer) throws {
    self.init()
    guard metadata.count > 2 else { return }
    try JSONObjectReader.parse(metadata.bindMemory(to: UInt8.self)) { json in
      correlationID = try json.optionalString("correlation_id").flatMap(UUID.init(uuidString:))
      causationID = try json.optionalString("causation_id").flatMap(UUID.init(uuidString:))
      actor = try json.optionalString("actor")
      traceparent = try json.optionalString("traceparent")
    }
  }
}
