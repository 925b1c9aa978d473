import Foundation

/// What the figures were measured on.
enum Machine {
  static func describe(_ settings: Settings) async -> [String: String] {
    var machine: [String: String] = [:]
    let processors = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
    machine["processor"] = processors.first { $0.hasPrefix("model name") }?.split(separator: ":").last?.trimmingCharacters(in: .whitespaces)
    machine["cores"] = String(ProcessInfo.processInfo.activeProcessorCount)
    machine["memory_gib"] = String(ProcessInfo.processInfo.physicalMemory >> 30)
    machine["system"] = (try? String(contentsOfFile: "/proc/version", encoding: .utf8))?.split(separator: " ").prefix(3).joined(
      separator: " ")
    machine["swift"] = swiftVersion
    let names = ["server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "wal_level", "max_wal_size"]
    if let values = try? await ScratchServer.show(names, settings) {
      for (name, value) in zip(names, values) { machine["postgresql.\(name)"] = value }
    }
    machine["measured_at"] = ISO8601DateFormatter().string(from: Date())
    return machine
  }

  private static var swiftVersion: String {
    #if compiler(>=6.4)
    "6.4 or later"
    #elseif compiler(>=6.3)
    "6.3"
    #elseif compiler(>=6.2)
    "6.2"
    #else
    "older than 6.2"
    #endif
  }
}
