import CRabbitMQ

extension Link {
  /// Connects and logs in, blocking for at most a few times the configuration's `connectTimeout`.
  static func connect(_ configuration: RabbitMQConfiguration) throws(RabbitMQError) -> Link {
    guard let state = amqp_new_connection() else { preconditionFailure("librabbitmq has no memory") }
    do {
      try open(state, configuration)
      try logIn(state, configuration)
    } catch {
      amqp_destroy_connection(state)
      throw error
    }
    return Link(state: state)
  }

  private static func open(_ state: amqp_connection_state_t, _ configuration: RabbitMQConfiguration) throws(RabbitMQError) {
    let socket: OpaquePointer?
    if configuration.isEncrypted {
      socket = amqp_ssl_socket_new(state)
      guard let socket else { preconditionFailure("librabbitmq has no memory") }
      amqp_ssl_socket_set_verify_peer(socket, configuration.verifiesCertificate ? 1 : 0)
      amqp_ssl_socket_set_verify_hostname(socket, configuration.verifiesCertificate ? 1 : 0)
      _ = amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST)
      if configuration.verifiesCertificate, amqp_ssl_socket_set_cacert(socket, configuration.certificateFile) != AMQP_STATUS_OK.rawValue {
        throw RabbitMQError(.refused, "the file of trusted certificate authorities cannot be read")
      }
    } else {
      socket = amqp_tcp_socket_new(state)
    }
    guard let socket else { preconditionFailure("librabbitmq has no memory") }
    let status = comptoir_amqp_open(socket, configuration.host, Int32(configuration.port), configuration.connectTimeout.milliseconds)
    if status != AMQP_STATUS_OK.rawValue {
      let isDistrust = [AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED, AMQP_STATUS_SSL_PEER_VERIFY_FAILED].contains { $0.rawValue == status }
      throw RabbitMQError(isDistrust ? .refused : .connectFailed, String(cString: amqp_error_string2(status)))
    }
    // A burst of small messages fits in, so that sending does not wait. Heartbeats find out that a peer is gone, but not while a large
    // body is being sent: there the system does, after a time that outlasts most alarms of a broker.
    comptoir_amqp_tune_socket(amqp_get_sockfd(state), 1 << 20, 300_000)
  }

  private static func logIn(_ state: amqp_connection_state_t, _ configuration: RabbitMQConfiguration) throws(RabbitMQError) {
    comptoir_amqp_set_timeouts(state, configuration.connectTimeout.milliseconds, configuration.answerTimeout.milliseconds)
    let arena = FieldArena()
    var properties = arena.table([
      "connection_name": .string(configuration.connectionName),
      // What the broker may tell us (https://www.rabbitmq.com/docs/connections#capabilities).
      "capabilities": .table(["connection.blocked": true, "consumer_cancel_notify": true, "publisher_confirms": true, "basic.nack": true]),
    ])
    let reply = comptoir_amqp_login(
      state, configuration.virtualHost, Int32(configuration.heartbeatSeconds), &properties, configuration.user, configuration.password)
    withExtendedLifetime(arena) {}
    guard reply.reply_type != AMQP_RESPONSE_NORMAL else { return }
    let error = error(of: reply)
    throw error.kind == .connectionLost ? RabbitMQError(.connectFailed, error.message) : error
  }
}

extension RabbitMQConfiguration {
  var heartbeatSeconds: Int { Int(max(1, min(3600, heartbeat.components.seconds))) }
}
