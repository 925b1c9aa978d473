import CRabbitMQ
import RabbitMQ

/// A publisher of nothing but librabbitmq: persistent messages with confirms, so many under way, in one thread that does nothing else.
enum BarePublisher {
  /// Publishes messages of one size under one key.
  /// - Returns: seconds from the first message to the last verdict.
  static func publish(
    _ count: Int, bytes: Int, exchange: String, routingKey: String, window: Int, to broker: RabbitMQConfiguration
  ) throws -> Double {
    guard let state = amqp_new_connection() else { throw BenchmarkError("no connection can be made") }
    defer { amqp_destroy_connection(state) }
    guard let socket = amqp_tcp_socket_new(state), comptoir_amqp_open(socket, broker.host, Int32(broker.port), 5_000) == 0 else {
      throw BenchmarkError("the broker does not answer")
    }
    var none = amqp_table_t()
    let login = comptoir_amqp_login(state, broker.virtualHost, 0, &none, broker.user, broker.password)
    guard login.reply_type == AMQP_RESPONSE_NORMAL, amqp_channel_open(state, 1) != nil, amqp_confirm_select(state, 1) != nil else {
      throw BenchmarkError("the broker refuses")
    }
    var properties = amqp_basic_properties_t()
    properties._flags = amqp_flags_t(AMQP_BASIC_DELIVERY_MODE_FLAG)
    properties.delivery_mode = 2
    var body = [UInt8](repeating: 120, count: bytes)
    let begin = monotonicMicroseconds()
    var (sent, confirmed) = (0, 0)
    try exchange.withCString { exchange in
      try routingKey.withCString { key in
        try body.withUnsafeMutableBytes { buffer in
          let content = amqp_bytes_t(len: buffer.count, bytes: buffer.baseAddress)
          while confirmed < count {
            while sent < count, sent - confirmed < window {
              let status = amqp_basic_publish(state, 1, amqp_cstring_bytes(exchange), amqp_cstring_bytes(key), 0, 0, &properties, content)
              guard status == AMQP_STATUS_OK.rawValue else { throw BenchmarkError("publishing failed with \(status)") }
              sent += 1
            }
            confirmed = try next(state, confirmed)
          }
        }
      }
    }
    return Double(monotonicMicroseconds() - begin) / 1_000_000
  }

  /// Waits for a verdict.
  /// - Returns: how many messages have one by now.
  private static func next(_ state: amqp_connection_state_t, _ confirmed: Int) throws -> Int {
    amqp_maybe_release_buffers(state)
    var frame = amqp_frame_t()
    guard amqp_simple_wait_frame(state, &frame) == AMQP_STATUS_OK.rawValue, frame.frame_type == AMQP_FRAME_METHOD,
      frame.payload.method.id == AMQP_BASIC_ACK_METHOD, let decoded = frame.payload.method.decoded
    else { throw BenchmarkError("the broker did not confirm") }
    let ack = decoded.assumingMemoryBound(to: amqp_basic_ack_t.self).pointee
    // Verdicts come in order from one queue; one at a time, or all up to a number.
    return ack.multiple != 0 ? Int(ack.delivery_tag) : confirmed + 1
  }
}
