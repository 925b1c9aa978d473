import Foundation

/// What the kernel says a process uses ([proc(5)](https://man7.org/linux/man-pages/man5/proc.5.html)).
extension Machine {
  /// The most memory that was resident, in MiB; 0 when the process is gone.
  static func peakMebibytes(of process: Int32 = getpid()) -> Double { status("VmHWM:", process) }

  /// The memory that is resident now, in MiB; 0 when the process is gone.
  static func residentMebibytes(of process: Int32 = getpid()) -> Double { status("VmRSS:", process) }

  /// Processor time of all its threads so far, in seconds, in user and kernel mode.
  static func processorSeconds(of process: Int32) -> Double {
    let line = (try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)) ?? ""
    // The name in the second field may hold blanks: what counts begins behind its last parenthesis, with the third field.
    let fields = line.split(separator: ")").last?.split(separator: " ") ?? []
    guard fields.count > 12, let user = Double(fields[11]), let kernel = Double(fields[12]) else { return 0 }
    return (user + kernel) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  private static func status(_ key: String, _ process: Int32) -> Double {
    let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix(key) }
    let kibibytes = line.flatMap { $0.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first }.flatMap { Double($0) }
    return (kibibytes ?? 0) / 1_024
  }
}
