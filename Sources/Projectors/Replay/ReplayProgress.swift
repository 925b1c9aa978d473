public import EventSourcing

/// The bounds of a rebuild.
public struct ReplayLimits: Sendable, Hashable {
  /// Most events that are read at once.
  public var pageEvents = 2_000
  /// Roughly how much memory the rows of one window take; two windows exist at once, one being filled and one being written.
  public var windowBytes = 64 << 20
  /// Most tables that are written, or indexed, at once.
  public var parallelTables = 2
  /// Most rows that one statement changes, where rows already written change again.
  public var statementRows = 20_000
  /// `maintenance_work_mem` of each session that makes indexes, in MiB.
  public var indexMemoryMiB = 64
  /// A rebuild that stands this near to the current generation's checkpoint may hold that one up while it draws level.
  public var swapDistanceEvents: Int64 = 500
  /// Most differences that are named for a table.
  public var namedDifferences = 1_000

  public init() {}
}

/// How far a rebuild has got.
public struct ReplayProgress: Sendable, Hashable {
  /// What is being done.
  public enum Phase: String, Sendable, Hashable {
    case loading
    case indexing
    case catchingUp
    case comparing
    case swapping
    case done
  }

  public var database: String
  public var phase: Phase
  /// Everything up to here is in the new rows.
  public var position: Position
  /// Where the log ended when that was last looked at.
  public var head: Position
  /// Events that changed rows.
  public var events: Int
  /// Rows sent to the server.
  public var rows: Int
  /// Since the start.
  public var elapsed: Duration
  /// True when the fast way was refused by the data and everything is applied anew, event by event where need be.
  public var isCareful: Bool

  /// Positions a second, since the start.
  public var rate: Double {
    Double(position.rawValue) / max(0.001, elapsed.inSeconds)
  }

  /// How long loading will go on at this rate; nil when there is nothing to judge by.
  public var remaining: Duration? {
    position == .start ? nil : .seconds(Double(max(0, head.rawValue - position.rawValue)) / rate)
  }
}

/// What a rebuild came to.
public struct ReplayReport: Sendable, Hashable {
  public var database: String
  /// Where the new generation stood at the swap.
  public var position: Position
  public var events: Int
  public var rows: Int
  public var elapsed: Duration
  /// How long the projector was held up by the swap.
  public var swapTime: Duration
  /// True when the fast way was refused by the data.
  public var wasCareful: Bool
  /// Events that could not be applied to the new rows, or wait behind one that could not.
  public var parkedEvents: Int
}

extension Duration {
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}
