import EventSourcing
import Foundation

/// Files that `comptoir import complete-journey` takes, of made-up sales: what figures over HTTP need to be there before they begin. The
/// format is described in `scripts/journey/README.md`; here every line of an order is sold goods without a discount.
struct JourneyFiles {
  var products = 2_000
  var households: Int
  var orders = 0
  /// Lines of each order.
  static let lines = 10
  /// Ids of imported rows are 2^52 plus the number in the file.
  static let firstID: Int64 = 1 << 52

  /// Writes the folder.
  func write(to folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try write("brands", to: folder, count: 1) { _ in #"{"brand":1,"name":"Manufacturer 1"}"# }
    try write("products", to: folder, count: products) { number in
      #"{"product":\#(number),"ref":"\#(number)","name":"\#(name(number))","price":\#(price(number)),"first_at":\#(start),"brand":1,"place":null}"#
    }
    try write("households", to: folder, count: households) { #"{"household":\#($0),"first_at":\#(start)}"# }
    try write("orders", to: folder, count: orders, order)
    let others = ["departments", "categories", "types", "coupons", "redemptions", "contacts", "tags", "campaigns"]
    for name in others { try write(name, to: folder, count: 0) { _ in "" } }
    let counts =
      #"{"brands":1,"products":\#(products),"households":\#(households),"orders":\#(orders),"#
      + others.map { #""\#($0)":0"# }.joined(separator: ",") + "}"
    try Data(#"{"format":3,"counts":\#(counts)}"#.utf8).write(to: folder.appending(path: "manifest.json"))
  }

  /// 2025-01-01 00:00 UTC, in microseconds.
  private let start: Int64 = 1_735_689_600_000_000
  private static let year: Int64 = 365 * 86_400_000_000

  private func name(_ product: Int) -> String { "Article number \(product), one piece" }
  /// Cents.
  private func price(_ product: Int) -> Int { 99 + product % 900 }

  /// The orders of a year in order of time, each of another household than the one before.
  private func order(_ number: Int) -> String {
    let at = start + Self.year / Int64(orders) * Int64(number - 1)
    let time = Timestamp(microseconds: at).civil
    func padded(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }
    var sum = 0
    var texts: [String] = []
    for rank in 1...Self.lines {
      let product = (number * 31 + rank * 173) % products + 1
      let quantity = (number + rank) % 3 + 1
      let total = price(product) * quantity
      sum += total
      texts.append(
        #"{"product":\#(product),"rank":\#(rank),"name":"\#(name(product))","quantity":\#(quantity),"unit":\#(price(product)),"#
          + #""shelf":\#(total),"discount":0,"match":0,"net":\#(total),"coupon":0,"merchandise":true}"#)
    }
    return
      #"{"basket":\#(number),"household":\#(number % households + 1),"at":\#(at),"day":"\#(time.year)\#(padded(time.month))\#(padded(time.day))","#
      + #""shelf":\#(sum),"discount":0,"net":\#(sum),"coupon":0,"lines":[\#(texts.joined(separator: ","))]}"#
  }

  /// One line for each number from 1.
  private func write(_ name: String, to folder: URL, count: Int, _ line: (Int) -> String) throws {
    let file = folder.appending(path: "\(name).ndjson")
    guard FileManager.default.createFile(atPath: file.path, contents: nil) else { throw BenchmarkError("\(file.path) cannot be written") }
    let handle = try FileHandle(forWritingTo: file)
    var buffer: [UInt8] = []
    for number in stride(from: 1, through: count, by: 1) {
      buffer.append(contentsOf: line(number).utf8)
      buffer.append(0x0A)
      if buffer.count > 1 << 20 || number == count {
        try handle.write(contentsOf: Data(buffer))
        buffer.removeAll(keepingCapacity: true)
      }
    }
    try handle.close()
  }
}

extension Comptoir {
  /// Imports made-up sales with the program itself, and waits until they can be read.
  func importSales(_ files: JourneyFiles) async throws {
    let folder = installation.folder.appending(path: "journey-\(UUID().uuidString)")
    try files.write(to: folder)
    let importing = try await installation.start(["import", "complete-journey", folder.path])
    do {
      try await importing.wait()
    } catch {
      importing.kill()
      throw error
    }
    try FileManager.default.removeItem(at: folder)
    try await waitUntilLevel()
  }
}
