import Aggregates
import EventSourcing
public import ProcessManagers

/// The pages of docs/sagas: one for each process manager, and the page that lists them. Markdown with Mermaid diagrams, made of the same
/// declarations that runners, queues and timers work by, and of what the code decides. The same code gives the same pages.
public enum SagaPages {
  /// A page without a word on what it is about.
  public struct WithoutNotes: Error, CustomStringConvertible {
    public let name: String
    public var description: String { "the process manager \(name) does not say what it is for: give it notes" }
  }

  /// - Parameter source: what the pages were made from, as whoever asks for them names that.
  /// - Returns: the pages' names with their texts; `README.md` first.
  /// - Throws: `WithoutNotes`, or what a state machine throws.
  public static func make(_ ports: [any MessagePort], madeFrom source: String? = nil) throws -> [(file: String, text: String)] {
    let sagas = try ports.sorted { $0.name < $1.name }.map(Saga.init)
    return [(file: "README.md", text: index(sagas, source))]
      + (try sagas.map { (file: "\($0.port.name).md", text: try page($0)) })
  }

  /// A process manager with what is said of it.
  private struct Saga {
    let port: any MessagePort
    let notes: SagaNotes
    let queue: String?

    init(_ port: any MessagePort) throws {
      guard let notes = port.notes else { throw WithoutNotes(name: port.name) }
      self.port = port
      self.notes = notes
      queue = Consumer(of: port)?.queue
    }

    var service: String { port.service.map { "`\($0)`" } ?? "each has its part" }
  }

  private static let madeBy = "<!-- Made by scripts/saga-docs from the code; do not edit. -->"

  // MARK: The list

  private static func index(_ sagas: [Saga], _ source: String?) -> String {
    var lines = ["# Sagas and process managers", "", madeBy]
    if let source { lines.append("<!-- made from \(source) -->") }
    lines += [
      "",
      "A process manager hears what happened and carries out commands that follow from it, each once. Of its own service it hears off the log, of others",
      "by a queue on RabbitMQ; see [page 19](../decisions/0019-services-hear-by-queues.md). Its commands are decided on the streams themselves, so it",
      "needs no state but where it waits. Where a message keeps failing, its saga is parked, which is an event of the saga's own stream; others flow,",
      "and the parked one is tried again.",
      "",
      "State diagrams are found by asking the code: everything that can be asked of a stream is decided in every state that is reached, and what",
      "comes of it is drawn. A transition is called as its event.",
      "",
      "| process manager | service | queue | kinds of events |",
      "|---|---|---|---|",
    ]
    for saga in sagas {
      let heard = saga.port.messageTypes.count
      lines.append(
        "| [\(saga.port.name)](\(saga.port.name).md) | \(saga.service) | \(saga.queue.map { "`\($0)`" } ?? "") | \(heard) |"
      )
    }
    lines += [
      "", "## Who hears whom", "", "Services to the left, with the routing keys by which others hear of them.", "", "```mermaid",
      "flowchart LR",
    ]
    let heard = sagas.map { saga in (saga: saga, keys: Consumer(of: saga.port)?.routingKeys ?? []) }
    let services = Set(heard.flatMap(\.keys).map(service)).sorted()
    lines += services.map { "  from_\(identifier($0))[\"\($0)\"]" }
    lines += heard.filter { !$0.keys.isEmpty }.map { saga, _ in
      "  \(identifier(saga.port.name))([\"\(saga.port.name) (\(saga.port.service ?? ""))\"])"
    }
    for (saga, keys) in heard {
      for from in services {
        let own = keys.filter { service($0) == from }
        guard !own.isEmpty else { continue }
        lines.append("  from_\(identifier(from)) -->|\"\(own.joined(separator: "<br/>"))\"| \(identifier(saga.port.name))")
      }
    }
    return (lines + ["```"]).joined(separator: "\n") + "\n"
  }

  private static func service(_ routingKey: String) -> String { String(routingKey.prefix { $0 != "." }) }

  // MARK: A page

  private static func page(_ saga: Saga) throws -> String {
    let (port, notes) = (saga.port, saga.notes)
    let own = port.messageTypes.filter { !port.foreignTypes.contains($0) }
    let places = (own.isEmpty ? [] : [port.name]) + (port.foreignTypes.isEmpty ? [] : [port.foreignSubscription])
    var lines = ["# \(port.name)", "", madeBy, "", notes.purpose.split(whereSeparator: \.isNewline).joined(separator: "\n"), ""]
    lines += ["| | |", "|---|---|", "| service | \(saga.service) |"]
    if let queue = saga.queue { lines.append("| queue | `\(queue)` |") }
    lines.append("| places in the log | \(places.map { "`\($0)`" }.joined(separator: ", ")) |")
    if !port.foreignTypes.isEmpty {
      lines += ["", "## What it hears of other services", "", "| routing key | event |", "|---|---|"]
      let keys = port.foreignTypes.flatMap { type in
        (MessageCatalogue.byEvent[type]?.names ?? []).map { (key: $0.routingKey, type: type) }
      }
      lines += keys.sorted { ($0.key, $0.type) < ($1.key, $1.type) }.map { "| `\($0.key)` | `\($0.type)` |" }
    }
    if !own.isEmpty {
      lines += ["", "## What it hears of its own", "", own.sorted().map { "`\($0)`" }.joined(separator: ", ")]
    }
    if !notes.steps.isEmpty {
      let isUndone = notes.steps.contains { $0.compensation != nil }
      lines += ["", "## What it does", ""]
      lines += [
        "| upon | carries out |\(isUndone ? " taken back, when the order is cancelled, by |" : "")",
        isUndone ? "|---|---|---|" : "|---|---|",
      ]
      lines += notes.steps.map { step in
        "| `\(step.event)` | `\(step.command)` |" + (isUndone ? " \(step.compensation.map { "`\($0)`" } ?? "") |" : "")
      }
    }
    if !notes.timers.isEmpty {
      lines += ["", "## What it waits for", "", "| timer | waits for | how long | then |", "|---|---|---|---|"]
      lines += notes.timers.map { timer in
        let times = timer.after.isEmpty ? "until a set time" : timer.after.map(SagaTimer.words).joined(separator: ", ")
        return "| `\(timer.action)` | \(timer.meaning) | \(times) | \(timer.then) |"
      }
    }
    let machines = try notes.machines.map { try $0() }
    if !machines.isEmpty { lines += ["", "## States"] }
    for machine in machines {
      lines += ["", "### \(machine.name)", "", "Streams `\(machine.category)-…`.", "", "```mermaid"] + diagram(machine) + ["```"]
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// What leads from one state to the same other one is one arrow. What the stream of nobody is called is not shown.
  private static func diagram(_ machine: StateMachine) -> [String] {
    let named = machine.states.filter { $0 != "none" && $0 != "new" }
    var lines = ["stateDiagram-v2"]
    lines += named.filter { identifier($0) != $0 }.map { "  state \"\($0)\" as \(identifier($0))" }
    if named.contains(machine.initial) { lines.append("  [*] --> \(identifier(machine.initial))") }
    var drawn: Set<[String]> = []
    for transition in machine.transitions where drawn.insert([transition.from, transition.to]).inserted {
      let events = machine.transitions.filter { $0.from == transition.from && $0.to == transition.to }.map(\.event)
      let from = named.contains(transition.from) ? identifier(transition.from) : "[*]"
      lines.append("  \(from) --> \(identifier(transition.to)): \(events.joined(separator: ", "))")
    }
    return lines
  }

  /// A name as Mermaid takes it.
  private static func identifier(_ name: String) -> String {
    String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
  }
}
