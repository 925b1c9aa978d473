import CRabbitMQ

/// Memory for what is handed to librabbitmq in one call; emptied by `recycle`. Used by one thread.
final class FieldArena {
  private let pool: UnsafeMutablePointer<amqp_pool_t>

  init() {
    pool = .allocate(capacity: 1)
    init_amqp_pool(pool, 8192)
  }

  deinit {
    empty_amqp_pool(pool)
    pool.deallocate()
  }

  /// Makes the memory free for the next call; what was made before must not be used any more.
  func recycle() { recycle_amqp_pool(pool) }

  func bytes(_ text: String) -> amqp_bytes_t {
    var text = text
    return text.withUTF8 { copy(UnsafeRawBufferPointer($0)) }
  }

  func bytes(_ bytes: [UInt8]) -> amqp_bytes_t { bytes.withUnsafeBytes { copy($0) } }

  private func copy(_ source: UnsafeRawBufferPointer) -> amqp_bytes_t {
    guard source.count > 0, let target = allocate(source.count) else { return amqp_bytes_t() }
    target.copyMemory(from: source.baseAddress!, byteCount: source.count)
    return amqp_bytes_t(len: source.count, bytes: target)
  }

  private func allocate(_ count: Int) -> UnsafeMutableRawPointer? {
    guard let memory = amqp_pool_alloc(pool, count) else { preconditionFailure("the process has no memory") }
    return memory
  }

  func table(_ fields: [String: RabbitMQValue]) -> amqp_table_t {
    guard !fields.isEmpty, let memory = allocate(fields.count * MemoryLayout<amqp_table_entry_t>.stride) else { return amqp_table_t() }
    let entries = memory.bindMemory(to: amqp_table_entry_t.self, capacity: fields.count)
    for (index, (name, value)) in fields.enumerated() {
      (entries + index).initialize(to: amqp_table_entry_t(key: bytes(name), value: field(value)))
    }
    return amqp_table_t(num_entries: Int32(fields.count), entries: entries)
  }

  private func field(_ value: RabbitMQValue) -> amqp_field_value_t {
    var field = amqp_field_value_t()
    func kind(_ kind: amqp_field_value_kind_t) { field.kind = UInt8(kind.rawValue) }
    switch value {
    case .bool(let value):
      kind(AMQP_FIELD_KIND_BOOLEAN)
      field.value.boolean = value ? 1 : 0
    case .int(let value):
      kind(AMQP_FIELD_KIND_I64)
      field.value.i64 = value
    case .double(let value):
      kind(AMQP_FIELD_KIND_F64)
      field.value.f64 = value
    case .string(let value):
      kind(AMQP_FIELD_KIND_UTF8)
      field.value.bytes = bytes(value)
    case .bytes(let value):
      kind(AMQP_FIELD_KIND_BYTES)
      field.value.bytes = bytes(value)
    case .timestamp(let value):
      kind(AMQP_FIELD_KIND_TIMESTAMP)
      field.value.u64 = value
    case .array(let values):
      kind(AMQP_FIELD_KIND_ARRAY)
      field.value.array = array(values)
    case .table(let value):
      kind(AMQP_FIELD_KIND_TABLE)
      field.value.table = table(value)
    case .null: kind(AMQP_FIELD_KIND_VOID)
    }
    return field
  }

  private func array(_ values: [RabbitMQValue]) -> amqp_array_t {
    guard !values.isEmpty, let memory = allocate(values.count * MemoryLayout<amqp_field_value_t>.stride) else { return amqp_array_t() }
    let entries = memory.bindMemory(to: amqp_field_value_t.self, capacity: values.count)
    for (index, value) in values.enumerated() { (entries + index).initialize(to: field(value)) }
    return amqp_array_t(num_entries: Int32(values.count), entries: entries)
  }

  func properties(_ properties: RabbitMQProperties) -> amqp_basic_properties_t {
    var result = amqp_basic_properties_t()
    var flags = AMQP_BASIC_DELIVERY_MODE_FLAG
    result.delivery_mode = properties.isPersistent ? 2 : 1
    func set(_ text: String?, _ flag: Int32, _ field: WritableKeyPath<amqp_basic_properties_t, amqp_bytes_t>) {
      guard let text else { return }
      result[keyPath: field] = bytes(text)
      flags |= flag
    }
    set(properties.messageID, AMQP_BASIC_MESSAGE_ID_FLAG, \.message_id)
    set(properties.type, AMQP_BASIC_TYPE_FLAG, \.type)
    set(properties.contentType, AMQP_BASIC_CONTENT_TYPE_FLAG, \.content_type)
    set(properties.contentEncoding, AMQP_BASIC_CONTENT_ENCODING_FLAG, \.content_encoding)
    set(properties.correlationID, AMQP_BASIC_CORRELATION_ID_FLAG, \.correlation_id)
    set(properties.replyTo, AMQP_BASIC_REPLY_TO_FLAG, \.reply_to)
    set(properties.expiration, AMQP_BASIC_EXPIRATION_FLAG, \.expiration)
    set(properties.appID, AMQP_BASIC_APP_ID_FLAG, \.app_id)
    if let timestamp = properties.timestamp {
      result.timestamp = timestamp
      flags |= AMQP_BASIC_TIMESTAMP_FLAG
    }
    if let priority = properties.priority {
      result.priority = priority
      flags |= AMQP_BASIC_PRIORITY_FLAG
    }
    if !properties.headers.isEmpty {
      result.headers = table(properties.headers)
      flags |= AMQP_BASIC_HEADERS_FLAG
    }
    result._flags = amqp_flags_t(flags)
    return result
  }
}

extension String {
  /// A copy of bytes that belong to librabbitmq.
  init(_ bytes: amqp_bytes_t) {
    self = String(decoding: UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len), as: UTF8.self)
  }
}

extension [UInt8] {
  /// A copy of bytes that belong to librabbitmq.
  init(_ bytes: amqp_bytes_t) { self.init(UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len)) }
}

extension [String: RabbitMQValue] {
  init(_ table: amqp_table_t) {
    self.init(minimumCapacity: Int(table.num_entries))
    for index in 0..<Int(table.num_entries) {
      let entry = table.entries![index]
      self[String(entry.key)] = RabbitMQValue(entry.value)
    }
  }
}

extension RabbitMQValue {
  init(_ field: amqp_field_value_t) {
    let value = field.value
    switch amqp_field_value_kind_t(rawValue: UInt32(field.kind)) {
    case AMQP_FIELD_KIND_BOOLEAN: self = .bool(value.boolean != 0)
    case AMQP_FIELD_KIND_I8: self = .int(Int64(value.i8))
    case AMQP_FIELD_KIND_U8: self = .int(Int64(value.u8))
    case AMQP_FIELD_KIND_I16: self = .int(Int64(value.i16))
    case AMQP_FIELD_KIND_U16: self = .int(Int64(value.u16))
    case AMQP_FIELD_KIND_I32: self = .int(Int64(value.i32))
    case AMQP_FIELD_KIND_U32: self = .int(Int64(value.u32))
    case AMQP_FIELD_KIND_I64: self = .int(value.i64)
    case AMQP_FIELD_KIND_U64: self = .int(Int64(clamping: value.u64))
    case AMQP_FIELD_KIND_F32: self = .double(Double(value.f32))
    case AMQP_FIELD_KIND_F64: self = .double(value.f64)
    case AMQP_FIELD_KIND_UTF8: self = .string(String(value.bytes))
    case AMQP_FIELD_KIND_BYTES: self = .bytes([UInt8](value.bytes))
    case AMQP_FIELD_KIND_TIMESTAMP: self = .timestamp(value.u64)
    case AMQP_FIELD_KIND_TABLE: self = .table([String: RabbitMQValue](value.table))
    case AMQP_FIELD_KIND_ARRAY:
      self = .array((0..<Int(value.array.num_entries)).map { RabbitMQValue(value.array.entries![$0]) })
    // Decimals and the empty value: nothing of ours sends the former.
    default: self = .null
    }
  }
}

extension RabbitMQProperties {
  init(_ raw: amqp_basic_properties_t) {
    let flags = Int32(bitPattern: raw._flags)
    func text(_ flag: Int32, _ bytes: amqp_bytes_t) -> String? { flags & flag == 0 ? nil : String(bytes) }
    self.init(
      messageID: text(AMQP_BASIC_MESSAGE_ID_FLAG, raw.message_id), type: text(AMQP_BASIC_TYPE_FLAG, raw.type),
      contentType: text(AMQP_BASIC_CONTENT_TYPE_FLAG, raw.content_type),
      contentEncoding: text(AMQP_BASIC_CONTENT_ENCODING_FLAG, raw.content_encoding),
      correlationID: text(AMQP_BASIC_CORRELATION_ID_FLAG, raw.correlation_id), replyTo: text(AMQP_BASIC_REPLY_TO_FLAG, raw.reply_to),
      expiration: text(AMQP_BASIC_EXPIRATION_FLAG, raw.expiration), appID: text(AMQP_BASIC_APP_ID_FLAG, raw.app_id),
      timestamp: flags & AMQP_BASIC_TIMESTAMP_FLAG == 0 ? nil : raw.timestamp,
      priority: flags & AMQP_BASIC_PRIORITY_FLAG == 0 ? nil : raw.priority,
      isPersistent: flags & AMQP_BASIC_DELIVERY_MODE_FLAG != 0 && raw.delivery_mode == 2,
      headers: flags & AMQP_BASIC_HEADERS_FLAG == 0 ? [:] : [String: RabbitMQValue](raw.headers))
  }
}
