import Foundation
import Glibc
public import RabbitMQ
import Synchronization

/// Stands between a client and a broker on this machine, and can fall silent, cut, refuse and say what the broker did not.
public final class Proxy: Sendable {
  private struct State {
    var isSilent = false
    var isClosed = false
    var clients: [Int32] = []
    var all: [Int32] = []
    var received = 0
  }

  private let state = Mutex(State())
  private let listener: Int32
  private let target: RabbitMQConfiguration
  /// As the broker's, with the proxy's address.
  public let configuration: RabbitMQConfiguration

  /// - Parameter target: a broker on 127.0.0.1.
  public init(to target: RabbitMQConfiguration) throws {
    self.target = target
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    listener = descriptor
    var address = Self.loopback(0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(descriptor, address, length) == 0 && listen(descriptor, 16) == 0 && getsockname(descriptor, address, &length) == 0
      }
    }
    guard descriptor >= 0, isBound else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    var configuration = target
    configuration.host = "127.0.0.1"
    configuration.port = Int(UInt16(bigEndian: address.sin_port))
    self.configuration = configuration
    Thread.detachNewThread { [self] in accept() }
  }

  /// Whether nothing is passed on, in either direction, while the connections stay.
  public var isSilent: Bool {
    get { state.withLock { $0.isSilent } }
    set { state.withLock { $0.isSilent = newValue } }
  }

  /// Bytes that came from clients.
  public var bytesReceived: Int { state.withLock { $0.received } }

  /// Ends all connections; new ones are taken.
  public func cut() {
    state.withLock { state in
      for descriptor in state.all { shutdown(descriptor, Int32(SHUT_RDWR)) }
      state.all = []
      state.clients = []
    }
  }

  /// Sends bytes to every client as if they were the broker's. To be used while the broker is quiet, or frames would be torn.
  public func inject(_ bytes: [UInt8]) {
    for client in state.withLock({ $0.clients }) { _ = send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
  }

  /// Ends everything.
  public func close() {
    state.withLock { $0.isClosed = true }
    shutdown(listener, Int32(SHUT_RDWR))
    Glibc.close(listener)
    cut()
  }

  private static func loopback(_ port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return address
  }

  private func accept() {
    while true {
      let client = Glibc.accept(listener, nil, nil)
      if state.withLock({ $0.isClosed }) || client < 0 { return }
      let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var address = Self.loopback(target.port)
      let isConnected = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 }
      }
      guard isConnected else {
        Glibc.close(client)
        Glibc.close(server)
        continue
      }
      state.withLock { state in
        state.clients.append(client)
        state.all += [client, server]
      }
      Thread.detachNewThread { [self] in pass(from: client, to: server, isFromClient: true) }
      Thread.detachNewThread { [self] in pass(from: server, to: client, isFromClient: false) }
    }
  }

  private func pass(from source: Int32, to target: Int32, isFromClient: Bool) {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    reading: while true {
      let count = recv(source, &buffer, buffer.count, 0)
      if count <= 0 { break }
      if isFromClient { state.withLock { $0.received += count } }
      while state.withLock({ $0.isSilent && !$0.isClosed }) { usleep(5_000) }
      var sent = 0
      while sent < count {
        let more = buffer.withUnsafeBytes { send(target, $0.baseAddress! + sent, count - sent, Int32(MSG_NOSIGNAL)) }
        if more <= 0 { break reading }
        sent += more
      }
    }
    // Each direction ends the other; the descriptors are left to the process, so that no number is used again meanwhile.
    shutdown(source, Int32(SHUT_RDWR))
    shutdown(target, Int32(SHUT_RDWR))
  }
}
