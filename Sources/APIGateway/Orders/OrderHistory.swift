import Aggregates
import EventSourcing
import JSON

/// What the log held of the facts behind an order at a position; each stream is read once.
struct OrderHistory {
  private let log: any EventLog
  private var streams: [StreamName: [RecordedEvent]] = [:]

  init(log: any EventLog) {
    self.log = log
  }

  /// All events of a stream up to a position, oldest first.
  mutating func events(_ stream: StreamName, through position: Position = Position(.max)) async throws -> [RecordedEvent] {
    if streams[stream] == nil {
      var all: [RecordedEvent] = []
      repeat {
        let page = try await log.readStream(stream, after: all.last?.version ?? .none, limit: 1_000)
        all += page
        if page.count < 1_000 { break }
      } while true
      streams[stream] = all
    }
    return streams[stream]!.prefix { $0.position <= position }
  }

  /// The event that gave a product its price, and the price.
  mutating func price(of product: ProductID, at position: Position) async throws -> (Cents, RecordedEvent)? {
    for event in try await events(Product.stream(product), through: position).reversed() {
      if event.type == PriceChanged.type.name { return (try PayloadDecoder(PriceChanged.self).decode(event).priceHT, event) }
      if event.type == ProductAdded.type.name { return (try PayloadDecoder(ProductAdded.self).decode(event).priceHT, event) }
    }
    return nil
  }

  /// The events that gave a product its rate: which types it has, which rate the lowest of them that has one names, and what that
  /// rate was. Empty when none has one: then the rate is the usual one.
  mutating func rate(of product: ProductID, at position: Position) async throws -> [RecordedEvent] {
    guard let (types, first) = try await types(of: product, at: position) else { return [] }
    for type in types.map(\.typeID).sorted() {
      guard let (row, second) = try await row(ProductType.self, type, at: position), let vat = row.vatID,
        let (_, third) = try await self.row(VAT.self, vat, at: position)
      else { continue }
      return [first, second, third]
    }
    return []
  }

  private mutating func types(of product: ProductID, at position: Position) async throws -> ([ProductTypeLink], RecordedEvent)? {
    for event in try await events(Product.stream(product), through: position).reversed() {
      if event.type == ProductTypesSet.type.name { return (try PayloadDecoder(ProductTypesSet.self).decode(event).types, event) }
      if event.type == ProductAdded.type.name { return (try PayloadDecoder(ProductAdded.self).decode(event).types, event) }
    }
    return nil
  }

  /// A reference row as it was, and the event that made it so; nil when it was not there.
  private mutating func row<Kind: ReferenceAggregate>(
    _ kind: Kind.Type, _ id: Kind.ID, at position: Position
  ) async throws -> (Kind.Row, RecordedEvent)? {
    guard let last = try await events(Kind.stream(id), through: position).last else { return nil }
    switch try Kind.Event.decoder.decode(last) {
    case .added(let event): return (event.row, last)
    case .changed(let event): return (event.row, last)
    case .removed: return nil
    }
  }

  /// The terms a code had, and the event that gave them.
  mutating func terms(of code: String, at position: Position) async throws -> (PromoCodeDefinition, RecordedEvent)? {
    for event in try await events(PromoCode.stream(code), through: position).reversed() {
      if event.type == PromoCodeChanged.type.name { return (try PayloadDecoder(PromoCodeChanged.self).decode(event).definition, event) }
      if event.type == PromoCodeAdded.type.name { return (try PayloadDecoder(PromoCodeAdded.self).decode(event).definition, event) }
    }
    return nil
  }

  /// The event that counted an order's use of a code.
  mutating func claim(of code: String, for order: OrderID) async throws -> RecordedEvent? {
    for event in try await events(PromoCode.stream(code)) where event.type == PromoClaimed.type.name {
      if try PayloadDecoder(PromoClaimed.self).decode(event).orderID == order { return event }
    }
    return nil
  }
}

extension RecordedEvent {
  /// How an explanation names an event.
  var reference: JSONValue {
    [
      "type": .string(type), "stream": .string(stream.rawValue), "version": .int(version.rawValue), "position": .int(position.rawValue),
      "occurred_at": .string(occurredAt.rfc3339),
    ]
  }
}
