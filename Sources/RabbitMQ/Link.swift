import CRabbitMQ

/// Who owns a channel: told of everything that comes on it. Called on the driver's thread only.
protocol ChannelOwner: AnyObject {
  /// Sends what waits. Returns whether something had to wait for room in the socket.
  func pump(_ link: Link) -> Bool
  /// A confirmation, or the end of a consumer by the broker.
  func received(_ method: amqp_method_t, on link: Link)
  func received(_ content: Content, on link: Link)
  /// The channel is gone.
  func ended(_ error: RabbitMQError)
}

/// A message that came in, delivered or returned.
struct Content {
  enum Kind {
    case delivery(tag: UInt64, isRedelivered: Bool)
    case returned(code: Int, reason: String)
  }

  let kind: Kind
  let exchange: String
  let routingKey: String
  var properties = RabbitMQProperties()
  var body: [UInt8] = []
  /// Bytes of the body that are still to come.
  var missing: UInt64 = 0
}

/// One connection that is up: librabbitmq's handle and the channels on it. Belongs to the driver's thread.
final class Link {
  let state: amqp_connection_state_t
  let arena = FieldArena()
  let descriptor: Int32
  private(set) var owners: [UInt16: any ChannelOwner] = [:]
  private var contents: [UInt16: Content] = [:]
  /// Channels we closed, whose last frames may not have been taken yet; their numbers rest until then.
  private var resting: Set<UInt16> = []
  /// Set once the connection can be used no more.
  private(set) var failure: RabbitMQError?
  /// The broker's reason for taking no messages now.
  private(set) var blockedReason: String?

  init(state: amqp_connection_state_t) {
    self.state = state
    descriptor = amqp_get_sockfd(state)
  }

  deinit { amqp_destroy_connection(state) }

  func fail(_ error: RabbitMQError) { if failure == nil { failure = error } }

  // MARK: Channels

  /// Opens a channel for `owner`, or for questions only.
  func openChannel(_ owner: (any ChannelOwner)? = nil) throws(RabbitMQError) -> UInt16 {
    let highest = UInt16(clamping: max(1, amqp_get_channel_max(state)))
    guard let number = (1...highest).first(where: { owners[$0] == nil && !resting.contains($0) }) else {
      throw RabbitMQError(.channelClosed(code: 504), "the connection has no channel left")
    }
    amqp_channel_open(state, number)
    try check(number)
    if let owner { owners[number] = owner }
    return number
  }

  /// Closes a channel; what was not acknowledged on it goes back to its queue.
  func closeChannel(_ number: UInt16) {
    guard failure == nil else { return }
    owners[number] = nil
    contents[number] = nil
    resting.insert(number)
    let reply = amqp_channel_close(state, number, AMQP_REPLY_SUCCESS)
    // A channel that the broker closed first is closed too; a lost connection is noted by `judge`, and its owners are told.
    _ = try? judge(reply, channel: number)
  }

  /// Forgets a channel that the broker has closed in answer to a question.
  func forget(_ number: UInt16) {
    owners[number] = nil
    contents[number] = nil
  }

  /// Runs questions on a channel of their own.
  func withChannel<T>(_ body: (UInt16) throws(RabbitMQError) -> T) throws(RabbitMQError) -> T {
    let number = try openChannel()
    let result: T
    do {
      result = try body(number)
    } catch {
      // An error of the broker's has closed the channel already; ours has not.
      if case .invalidMessage = error.kind { closeChannel(number) }
      throw error
    }
    closeChannel(number)
    return result
  }

  /// Throws the error that the last question met.
  func check(_ channel: UInt16) throws(RabbitMQError) {
    try judge(amqp_get_rpc_reply(state), channel: channel)
  }

  private func judge(_ reply: amqp_rpc_reply_t, channel: UInt16) throws(RabbitMQError) {
    defer { amqp_maybe_release_buffers_on_channel(state, channel) }
    if reply.reply_type == AMQP_RESPONSE_NORMAL { return }
    let error = Self.error(of: reply)
    if reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION, reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD {
      answer(AMQP_CHANNEL_CLOSE_OK_METHOD, channel)
    } else {
      fail(error)
    }
    throw error
  }

  static func error(of reply: amqp_rpc_reply_t) -> RabbitMQError {
    if reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION, let decoded = reply.reply.decoded {
      if reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD {
        let close = decoded.load(as: amqp_channel_close_t.self)
        return .channel(code: close.reply_code, text: String(close.reply_text))
      }
      if reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD {
        let close = decoded.load(as: amqp_connection_close_t.self)
        return .connection(code: close.reply_code, text: String(close.reply_text))
      }
    }
    return lost(reply.library_error)
  }

  static func lost(_ status: Int32) -> RabbitMQError {
    RabbitMQError(.connectionLost, status == 0 ? "unexpected answer" : String(cString: amqp_error_string2(status)))
  }

  // MARK: Sending

  /// Sends a frame that has no answer; a failure is the connection's.
  func sent(_ status: Int32) {
    if status < 0 { fail(Self.lost(status)) }
  }

  private func answer(_ method: amqp_method_number_t, _ channel: UInt16) {
    // The answers to "close" have no fields.
    var empty: UInt64 = 0
    sent(amqp_send_method(state, channel, method, &empty))
  }

  func publish(_ message: RabbitMQMessage, on channel: UInt16) {
    arena.recycle()
    var properties = arena.properties(message.properties)
    message.body.withUnsafeBytes { body in
      let bytes = amqp_bytes_t(len: body.count, bytes: UnsafeMutableRawPointer(mutating: body.baseAddress))
      sent(
        amqp_basic_publish(
          state, channel, arena.bytes(message.exchange), arena.bytes(message.routingKey), message.isMandatory ? 1 : 0, 0, &properties, bytes
        ))
    }
  }

  // MARK: Receiving

  /// Takes the frames that are here, at most `limit`; returns whether there may be more.
  func receive(limit: Int) -> Bool {
    var frame = amqp_frame_t()
    for _ in 0..<limit where failure == nil {
      let status = comptoir_amqp_next_frame(state, &frame)
      if status == AMQP_STATUS_TIMEOUT.rawValue {
        resting.removeAll()
        return false
      }
      guard status == AMQP_STATUS_OK.rawValue else {
        fail(Self.lost(status))
        return false
      }
      if !resting.contains(frame.channel) { take(frame) }
      amqp_maybe_release_buffers_on_channel(state, frame.channel)
    }
    return failure == nil
  }

  private func take(_ frame: amqp_frame_t) {
    switch Int32(frame.frame_type) {
    case AMQP_FRAME_METHOD: take(frame.payload.method, channel: frame.channel)
    case AMQP_FRAME_HEADER:
      guard contents[frame.channel] != nil else { return }
      if let raw = frame.payload.properties.decoded {
        contents[frame.channel]!.properties = RabbitMQProperties(raw.load(as: amqp_basic_properties_t.self))
      }
      contents[frame.channel]!.missing = frame.payload.properties.body_size
      finishContent(frame.channel)
    case AMQP_FRAME_BODY:
      guard contents[frame.channel] != nil else { return }
      let fragment = frame.payload.body_fragment
      contents[frame.channel]!.body.append(contentsOf: UnsafeRawBufferPointer(start: fragment.bytes, count: fragment.len))
      contents[frame.channel]!.missing -= min(UInt64(fragment.len), contents[frame.channel]!.missing)
      finishContent(frame.channel)
    default: break
    }
  }

  private func finishContent(_ channel: UInt16) {
    guard let content = contents[channel], content.missing == 0 else { return }
    contents[channel] = nil
    owners[channel]?.received(content, on: self)
  }

  private func take(_ method: amqp_method_t, channel: UInt16) {
    switch method.id {
    case AMQP_BASIC_DELIVER_METHOD:
      let deliver = method.decoded.load(as: amqp_basic_deliver_t.self)
      contents[channel] = Content(
        kind: .delivery(tag: deliver.delivery_tag, isRedelivered: deliver.redelivered != 0), exchange: String(deliver.exchange),
        routingKey: String(deliver.routing_key))
    case AMQP_BASIC_RETURN_METHOD:
      let returned = method.decoded.load(as: amqp_basic_return_t.self)
      contents[channel] = Content(
        kind: .returned(code: Int(returned.reply_code), reason: String(returned.reply_text)), exchange: String(returned.exchange),
        routingKey: String(returned.routing_key))
    case AMQP_CHANNEL_CLOSE_METHOD:
      let close = method.decoded.load(as: amqp_channel_close_t.self)
      let error = RabbitMQError.channel(code: close.reply_code, text: String(close.reply_text))
      answer(AMQP_CHANNEL_CLOSE_OK_METHOD, channel)
      end(channel, error)
    case AMQP_CONNECTION_CLOSE_METHOD:
      let close = method.decoded.load(as: amqp_connection_close_t.self)
      let error = RabbitMQError.connection(code: close.reply_code, text: String(close.reply_text))
      answer(AMQP_CONNECTION_CLOSE_OK_METHOD, 0)
      fail(error)
    case AMQP_CONNECTION_BLOCKED_METHOD:
      blockedReason = String(method.decoded.load(as: amqp_connection_blocked_t.self).reason)
    case AMQP_CONNECTION_UNBLOCKED_METHOD: blockedReason = nil
    default: owners[channel]?.received(method, on: self)
    }
  }

  /// Forgets a channel that the broker has closed, and tells its owner.
  private func end(_ channel: UInt16, _ error: RabbitMQError) {
    contents[channel] = nil
    owners.removeValue(forKey: channel)?.ended(error)
  }

  /// Tells every owner that the connection is gone.
  func endAll(_ error: RabbitMQError) {
    let ending = owners.values
    owners = [:]
    for owner in ending { owner.ended(error) }
  }
}
