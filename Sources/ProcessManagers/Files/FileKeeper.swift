public import Aggregates
public import EventSourcing
import JSON
public import ObjectStorage

/// What follows for the object storage.
///
/// ```
/// an upload's time is over ─▶ ExpireUpload ─▶ its place and folder are emptied ─▶ ClearUpload
/// ImageRemoved, TicketFileRemoved, TicketMessageDeleted, TicketDeleted, EmailTemplateRemoved ─▶ the files go with their rows
/// ```
///
/// It keeps no state, and removing an object again does no harm: so everything may be done twice.
public final class FileKeeper: StreamSagaPort {
  public typealias Saga = FileSaga

  public let name = "files"
  public let service: String? = nil
  public let log: any EventLog
  public let executor: CommandExecutor
  let objects: ObjectStorage?

  /// - Parameters:
  ///   - executor: best the one that the routes use, so that both build on the same states in memory.
  ///   - objects: nil where none is configured; what is to be removed then waits.
  public init(log: any EventLog, executor: CommandExecutor, objects: ObjectStorage?) {
    self.log = log
    self.executor = executor
    self.objects = objects
  }

  /// Where no object storage is configured.
  struct NoStorage: Error {}

  private func storage() throws -> ObjectStorage {
    guard let objects else { throw NoStorage() }
    return objects
  }

  // MARK: Messages

  public static let reactions: [Reaction<FileKeeper>] = [
    .on(ImageRemoved.self, removeImage), .on(TicketFileRemoved.self, removeFile), .on(TicketMessageDeleted.self, removeFilesOfMessage),
    .on(TicketDeleted.self, removeFilesOfTicket), .on(ReferenceRemoved<EmailTemplate>.self, removeFilesOfTemplate),
  ]

  private func removeImage(_ event: ImageRemoved, after message: RecordedEvent) async throws {
    for path in [event.originalURL, event.mediumURL, event.thumbnailURL].compactMap({ $0 }) { try await remove(path) }
  }

  private func removeFile(_ event: TicketFileRemoved, after message: RecordedEvent) async throws {
    try await remove(event.filePath, from: .sav)
  }

  private func removeFilesOfMessage(_ event: TicketMessageDeleted, after message: RecordedEvent) async throws {
    for key in try await filesGone(with: message) { try await remove(key, from: .sav) }
  }

  private func removeFilesOfTicket(_ event: TicketDeleted, after message: RecordedEvent) async throws {
    for key in try await filesGone(with: message) { try await remove(key, from: .sav) }
  }

  private func removeFilesOfTemplate(_ event: ReferenceRemoved<EmailTemplate>, after message: RecordedEvent) async throws {
    let folder = TemplateUpload.folder(of: event.id)
    // A page of a list holds a thousand.
    while true {
      let found = try await storage().list(bucket: Bucket.newsletters.rawValue, prefix: folder).objects.map(\.key)
      guard !found.isEmpty else { break }
      for key in found { try await remove(key, from: .newsletters) }
    }
  }

  /// - Parameter path: `<bucket>/<key>`. Anything else lies elsewhere and is left alone.
  private func remove(_ path: String) async throws {
    guard let slash = path.firstIndex(of: "/"), let bucket = Bucket(rawValue: String(path[..<slash])) else { return }
    try await remove(String(path[path.index(after: slash)...]), from: bucket)
  }

  private func remove(_ key: String, from bucket: Bucket) async throws {
    try await storage().delete(bucket: bucket.rawValue, key: key)
  }

  /// The keys of the files that went with a message of a ticket, or with the ticket. The events do not name them; the stream does.
  private func filesGone(with message: RecordedEvent) async throws -> [String] {
    var state = Ticket.initialState
    var version = StreamVersion.none
    while version < message.version {
      let events = try await log.readStream(message.stream, after: version, limit: 500)
      guard let last = events.last else { break }
      // What is personal stays closed: it does not matter here.
      for event in events where event.version < message.version { Ticket.evolve(&state, try TicketEvent.decoder.decode(event)) }
      version = last.version
    }
    let before = state.files
    Ticket.evolve(&state, try TicketEvent.decoder.decode(message))
    return before.filter { state.isDeleted || state.files[$0.key] == nil }.map(\.value.filePath).sorted()
  }

  // MARK: Timers

  /// The kinds of uploads that there are.
  private static let kinds: [any UploadKind.Type] = [ImageUpload.self, TicketUpload.self, TemplateUpload.self]

  public func saga(of timer: DueTimer) throws -> String? {
    try Self.read(timer).map { "\($0.category)-\($0.uploadID)" }
  }

  public func fire(_ timer: DueTimer) async throws {
    guard let what = try Self.read(timer), let kind = Self.kinds.first(where: { $0.category == what.category }) else { return }
    try await clear(kind, what.uploadID, timer)
  }

  private func clear<Kind: UploadKind>(_ kind: Kind.Type, _ number: Int64, _ timer: DueTimer) async throws {
    let id = Kind.FileID(number)
    let context = CommandContext(actor: name)
    do {
      if let remains = try await executor.execute(ExpireUpload<Kind>(id: id), context: context).answer {
        try await remove(remains, from: Kind.bucket)
      }
    } catch  where error is ObjectStorageError || error is NoStorage {
      // Later: what is due and cannot be done would stand in the way of other timers.
      _ = try await executor.execute(PostponeClearing<Kind>(id: id), context: context)
      return
    }
    _ = try await executor.execute(ClearUpload<Kind>(id: id, timer: timer), context: context)
  }

  private func remove(_ remains: UploadRemains, from bucket: Bucket) async throws {
    try await remove(remains.place, from: bucket)
    // A folder holds a handful at most: one content for each time somebody confirmed, and what was made of the confirmed one.
    let found = try await storage().list(bucket: bucket.rawValue, prefix: remains.folder).objects.map(\.key)
    for key in found where !remains.keeps(key) { try await remove(key, from: bucket) }
  }

  /// Nil for a timer of somebody else.
  private static func read(_ timer: DueTimer) throws -> UploadTimer? {
    guard case .string(UploadTimer.action)? = try JSONValue(parsing: timer.payload)["do"] else { return nil }
    return try UploadTimer(jsonBytes: timer.payload)
  }
}

extension ObjectStorageError: RetryableError {}
