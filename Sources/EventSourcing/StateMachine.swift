/// The states of one kind of stream and the events that lead from one to the next, as the code itself has them: found by asking everything
/// that can be asked in every state that is reached, and looking what is decided. Nothing of it is written down beside the code.
///
/// What nobody asks is not found, so it is as complete as the questions are.
public struct StateMachine: Sendable, Hashable {
  /// An event and what it makes of a state.
  public struct Transition: Sendable, Hashable {
    public let from: String
    /// The event's stored name.
    public let event: String
    public let to: String
  }

  /// Something that is asked: a command, or a decision and what is recorded of it. Runs once and more in every state.
  public typealias Question = (inout DecisionSession) throws -> Void

  /// More states than this are no state machine that anybody would look at.
  public static let maximumStates = 20_000

  /// The aggregate's.
  public let name: String
  /// The category of its streams.
  public let category: String
  /// Where it begins: the name of the state without events.
  public let initial: String
  /// Each once, in the order in which they were found: those from the first state first.
  public private(set) var transitions: [Transition] = []

  /// Explores an aggregate.
  /// - Parameters:
  ///   - id: the one stream of it that the questions are about; they may be about streams of others as well.
  ///   - name: what a state is called; several may have one name.
  ///   - distinction: what tells two states apart that do not behave alike; nil for all that they hold, which must be bounded.
  ///   - times: when everything is asked.
  /// - Throws: what a question throws that is no `Rejection`, and `TooManyStates`.
  public init<A: Aggregate>(
    of aggregate: A.Type, _ id: some CustomStringConvertible, state name: (A.State) -> String, distinction: ((A.State) -> String)? = nil,
    at times: [Timestamp] = [Timestamp(microseconds: 0)], asking questions: [Question]
  ) throws {
    let stream = A.stream(id)
    self.name = String(describing: A.self)
    category = A.category
    initial = name(A.initialState)
    func state(_ world: World) -> A.State { world[stream]?.state as? A.State ?? A.initialState }
    func key(_ world: World) -> String {
      world.sorted { $0.key.rawValue < $1.key.rawValue }
        .map { $0.key == stream ? distinction?(state(world)) ?? "\($0.value.state)" : "\($0.value.state)" }.joined(separator: "\n")
    }
    var found: Set<Transition> = []
    var worlds: [World] = [[:]]
    var seen: Set<String> = [key([:])]
    var next = 0
    while next < worlds.count {
      let world = worlds[next]
      next += 1
      for time in times {
        for question in questions {
          guard let session = try Self.ask(question, in: world, at: time), session.hasEvents else { continue }
          var (reached, current) = (world, state(world))
          for (touched, part) in session.touched where !part.events.isEmpty {
            reached[touched] = LoadedStream(state: part.state, version: .none, token: nil)
            guard touched == stream else { continue }
            for event in part.events {
              let from = name(current)
              A.evolve(&current, try A.Event.decoder.decode(Examples.event(of: event, on: stream), keys: [:]))
              let transition = Transition(from: from, event: event.type, to: name(current))
              if found.insert(transition).inserted { transitions.append(transition) }
            }
          }
          guard seen.insert(key(reached)).inserted else { continue }
          guard seen.count <= Self.maximumStates else { throw TooManyStates(aggregate: self.name) }
          worlds.append(reached)
        }
      }
    }
  }

  /// The states that are reached, the first one first.
  public var states: [String] {
    var states = [initial]
    for state in transitions.flatMap({ [$0.from, $0.to] }) where !states.contains(state) { states.append(state) }
    return states
  }

  private typealias World = [StreamName: LoadedStream]

  /// - Returns: nil where a rule refuses.
  private static func ask(_ question: Question, in world: World, at time: Timestamp) throws -> DecisionSession? {
    var known = world
    var keys: [SubjectID: SubjectKey] = [:]
    while true {
      let streams = known
      var session = DecisionSession(now: time, keys: keys, lookup: { streams[$0] }, isUnknown: { _ in true })
      do {
        try question(&session)
        return session
      } catch SessionMiss.streams(let missing) {
        for fetch in missing { known[fetch.stream] = fetch.fold([], nil) }
      } catch SessionMiss.subjectKey(let subject) {
        keys[subject] = SubjectKey.random()
      } catch is any Rejection {
        return nil
      }
    }
  }

  /// The questions lead ever further, or the states hold something that does not matter.
  public struct TooManyStates: Error, Hashable {
    public let aggregate: String
  }
}

extension Examples {
  /// What is to be written, as if it stood in the log.
  static func event(of data: EventData, on stream: StreamName) -> RecordedEvent {
    var event = event(EventType(data.type, data.isPublic ? .public : .private))
    event.stream = stream
    event.schemaVersion = data.schemaVersion
    event.subject = data.subject
    event.payload = data.payload
    event.occurredAt = data.occurredAt
    return event
  }
}
