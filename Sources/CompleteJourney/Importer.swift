public import EventSourcing
import JSON
import Synchronization

/// What the names of e-mail addresses and the tokens of subscribers' links are stored as.
public struct JourneyNames: Sendable {
  let claim: @Sendable (_ email: String, _ kind: String) -> String
  let tokenHash: @Sendable (_ newsletterID: Int64) -> String

  /// - Parameters:
  ///   - claim: the key of the claim that an e-mail address is taken: among accounts (`email`), contacts (`contact-email`) or subscribers
  ///     (`newsletter-email`).
  ///   - tokenHash: SHA-256 of the token of a subscriber's links, in hexadecimal digits.
  public init(
    claim: @escaping @Sendable (_ email: String, _ kind: String) -> String,
    tokenHash: @escaping @Sendable (_ newsletterID: Int64) -> String
  ) {
    self.claim = claim
    self.tokenHash = tokenHash
  }
}

/// Imports the converted files of *The Complete Journey* through commands, each with an id derived from its row: a run that was cut
/// off is simply started again, and importing twice changes nothing.
public struct CompleteJourneyImporter: Sendable {
  /// How far an import is.
  public struct Progress: Sendable {
    /// What is being imported, as its file is called: brands, products, orders.
    public let phase: String
    /// Rows done in this phase, of `total`.
    public let done: Int
    public let total: Int
    /// Events acknowledged in all.
    public let events: Int
    /// Rows that an earlier run had imported.
    public let repeated: Int
  }

  let folder: String
  let executor: CommandExecutor
  let log: any EventLog
  let names: JourneyNames
  /// How many commands wait for their verdict at a time. Rows in flight are all that the import keeps in memory.
  let window: Int
  let progress: @Sendable (Progress) -> Void

  /// - Parameters:
  ///   - folder: holds `manifest.json` and the files it names.
  ///   - progress: told now and then, from any thread.
  public init(
    folder: String, executor: CommandExecutor, log: any EventLog, names: JourneyNames, window: Int = 256,
    progress: @escaping @Sendable (Progress) -> Void
  ) {
    self.folder = folder
    self.executor = executor
    self.log = log
    self.names = names
    self.window = window
    self.progress = progress
  }

  /// Imports everything that is not there yet.
  /// - Returns: the position of the log's last event.
  /// - Throws: `JourneyError`, or `CommandError` when the log cannot be reached.
  public func run() async throws -> Position {
    let counts = try readManifest().counts
    let counter = Counter()
    try await importProductType()
    try await phase("brands", of: counts.brands, counter, BrandRow.init(from:)) { row in try await self.importBrand(row) }
    // One after the other: what stands below another place needs it.
    for (level, count) in [("departments", counts.departments), ("categories", counts.categories), ("types", counts.types)] {
      try await phase(level, of: count, counter, PlaceRow.init(from:)) { row in try await self.importPlace(row) }
    }
    try await phase("products", of: counts.products, counter, ProductRow.init(from:)) { row in try await self.importProduct(row) }
    try await phase("households", of: counts.households, counter, HouseholdRow.init(from:)) { row in
      try await self.importHousehold(row)
    }
    let numbers = OrderNumbers(log: log)
    try await phase("orders", of: counts.orders, counter, OrderRow.init(from:), prepare: { try await numbers.number(of: $0) }) { order in
      try await self.importOrder(order.row, number: order.number)
    }
    try await phase("coupons", of: counts.coupons, counter, CouponRow.init(from:)) { row in try await self.importCoupon(row) }
    try await phase("redemptions", of: counts.redemptions, counter, RedemptionRow.init(from:)) { row in
      try await self.importRedemption(row)
    }
    try await phase("contacts", of: counts.contacts, counter, ContactRow.init(from:)) { row in try await self.importContact(row) }
    // One after the other: each is about hundreds of contacts, and mostly the same ones.
    try await phase("tags", of: counts.tags, atOnce: 1, counter, TagRow.init(from:), prepare: { $0 }) { row in try await self.importTag(row)
    }
    try await phase("campaigns", of: counts.campaigns, atOnce: 1, counter, CampaignRow.init(from:), prepare: { $0 }) { row in
      try await self.importCampaign(row)
    }
    return try await log.head()
  }

  private func readManifest() throws -> Manifest {
    var reader = try LineReader(path: "\(folder)/manifest.json")
    var text: [UInt8] = []
    while let line = try reader.next() { text += line }
    let manifest: Manifest
    do {
      manifest = try JSONObjectReader.parse(text) { try Manifest(from: &$0) }
    } catch {
      throw JourneyError.malformed(file: "manifest.json", line: 1, reason: String(describing: error))
    }
    guard manifest.format == 3 else { throw JourneyError.unknownFormat(manifest.format) }
    return manifest
  }

  private func phase<Row: Sendable>(
    _ name: String, of total: Int, _ counter: Counter, _ parse: (inout JSONObjectReader) throws -> Row,
    _ execute: @escaping @Sendable (Row) async throws -> Imported
  ) async throws {
    try await phase(name, of: total, counter, parse, prepare: { $0 }, execute)
  }

  /// Runs the rows of one file, `atOnce` or `window` at a time; `prepare` runs in the file's order.
  private func phase<Row: Sendable, Prepared: Sendable>(
    _ name: String, of total: Int, atOnce: Int? = nil, _ counter: Counter, _ parse: (inout JSONObjectReader) throws -> Row,
    prepare: (Row) async throws -> Prepared, _ execute: @escaping @Sendable (Prepared) async throws -> Imported
  ) async throws {
    let file = "\(name).ndjson"
    var reader = try LineReader(path: "\(folder)/\(file)")
    counter.begin()
    var number = 0
    try await withThrowingTaskGroup(of: Imported.self) { group in
      var inFlight = 0
      while let line = try reader.next() {
        number += 1
        let row: Row
        do {
          row = try JSONObjectReader.parse(line) { try parse(&$0) }
        } catch {
          throw JourneyError.malformed(file: file, line: number, reason: String(describing: error))
        }
        if inFlight == atOnce ?? window, let imported = try await group.next() {
          report(imported, name, total, counter)
          inFlight -= 1
        }
        let prepared = try await prepare(row)
        let lineNumber = number
        group.addTask {
          do {
            return try await execute(prepared)
          } catch let rejection as any Rejection {
            throw JourneyError.refused(file: file, line: lineNumber, reason: String(describing: rejection))
          }
        }
        inFlight += 1
      }
      for try await imported in group { report(imported, name, total, counter) }
    }
  }

  private func report(_ imported: Imported, _ name: String, _ total: Int, _ counter: Counter) {
    let (done, events, repeated) = counter.add(imported)
    if done % 200 == 0 || done == total {
      progress(Progress(phase: name, done: done, total: total, events: events, repeated: repeated))
    }
  }

  /// What one row came to.
  struct Imported: Sendable {
    var events: Int
    var isRepeated: Bool

    /// - Parameter events: how many events the command writes when it is carried out for the first time.
    init<Answer>(_ outcome: CommandOutcome<Answer>, events: Int) {
      self.events = outcome.isDuplicate ? 0 : events
      isRepeated = outcome.isDuplicate
    }

    init(events: Int, isRepeated: Bool) {
      self.events = events
      self.isRepeated = isRepeated
    }

    /// What several commands for one row came to.
    static func + (left: Imported, right: Imported) -> Imported {
      Imported(events: left.events + right.events, isRepeated: left.isRepeated && right.isRepeated)
    }
  }

  /// Counts over all phases.
  private final class Counter: Sendable {
    private let counts = Mutex((done: 0, events: 0, repeated: 0))

    func begin() {
      counts.withLock { $0.done = 0 }
    }

    func add(_ imported: Imported) -> (done: Int, events: Int, repeated: Int) {
      counts.withLock { counts in
        counts.done += 1
        counts.events += imported.events
        counts.repeated += imported.isRepeated ? 1 : 0
        return counts
      }
    }
  }
}
