/// Something that `make bench` measures; one or several lines of the table.
struct Figure {
  /// What `ONLY` selects: a figure is run when its name, a part of it before a dot, or one of its lines in the table is asked for.
  let name: String
  let measure: @Sendable (Bench) async throws -> [Measurement]

  func isSelected(by only: [String]) -> Bool {
    only.isEmpty || only.contains { name == $0 || name.hasPrefix($0 + ".") || $0.hasPrefix(name + ".") }
  }

  static let all: [Figure] = [
    Figure(name: "append.distinct", measure: AppendDistinct.measure),
    Figure(name: "append.batch", measure: AppendBatch.measure),
    Figure(name: "append.hot", measure: AppendHot.measure),
    Figure(name: "read.log", measure: ReadLog.measure),
    Figure(name: "rebuild.orders", measure: RebuildOrders.measure),
    Figure(name: "rebuild.all", measure: RebuildAll.measure),
    Figure(name: "rebuild.events", measure: RebuildEvents.measure),
    Figure(name: "relay.backlog", measure: RelayBacklog.measure),
    Figure(name: "messages.latency", measure: MessageLatency.measure),
    Figure(name: "project.latency", measure: ProjectLatency.measure),
    Figure(name: "http.ceiling", measure: HTTPCeiling.measure),
    Figure(name: "http.query", measure: HTTPQuery.measure),
    Figure(name: "http.catalogue", measure: CatalogueFigure.measure),
    Figure(name: "http.command", measure: HTTPCommand.measure),
    Figure(name: "checkout", measure: CheckoutFigure.measure),
    Figure(name: "checkout.broker", measure: CheckoutFigure.measureOverBroker),
    Figure(name: "import", measure: ImportFigure.measure),
    Figure(name: "import.products", measure: ImportProducts.measure),
    Figure(name: "up", measure: UpFigure.measure),
    Figure(name: "idle", measure: IdleFigure.measure),
  ]
}

/// What a figure needs to run.
struct Bench {
  let settings: Settings
  let rivals: Rivals
  let ceiling: HTTPCeiling
}
