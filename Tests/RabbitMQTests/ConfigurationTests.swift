import RabbitMQ
import Testing

@Suite struct ConfigurationTests {
  @Test func `an address is read with its defaults`() throws {
    let configuration = try RabbitMQConfiguration(url: "amqp://shop:secret@broker.example")
    #expect(configuration.host == "broker.example")
    #expect(configuration.port == 5672)
    #expect(configuration.virtualHost == "/")
    #expect(configuration.user == "shop")
    #expect(configuration.password == "secret")
    #expect(!configuration.isEncrypted)
  }

  @Test(
    arguments: [
      ("amqp://u:secret@h/comptoir", "comptoir"), ("amqp://u:secret@h/", "/"), ("amqp://u:secret@h/%2F", "/"),
      ("amqp://u:secret@h/a%2Fb", "a/b"),
    ])
  func `the virtual host is read as the address writes it`(url: String, virtualHost: String) throws {
    #expect(try RabbitMQConfiguration(url: url).virtualHost == virtualHost)
  }

  @Test func `an encrypted address has its own port, verifies, and takes options`() throws {
    let plain = try RabbitMQConfiguration(url: "amqps://u:secret@[::1]/v")
    #expect(plain.port == 5671)
    #expect(plain.host == "::1")
    #expect(plain.isEncrypted && plain.verifiesCertificate)
    let full = try RabbitMQConfiguration(url: "amqps://u:secret@h:1/v?cacertfile=/ca.pem&verify=verify_none&heartbeat=3")
    #expect(full.certificateFile == "/ca.pem")
    #expect(!full.verifiesCertificate)
    #expect(full.heartbeat == .seconds(3))
  }

  @Test(
    arguments: [
      "http://u:secret@h", "amqp://h", "amqp://u@h", "amqp://u:secret@", "amqp://u:secret@h/a/b", "amqp://u:secret@h/v#f",
      "amqp://u:secret@h/v?heartbeat=0", "amqp://u:secret@h/v?heartbeat=x", "amqp://u:secret@h/v?cacertfile=/ca.pem",
      "amqp://u:secret@h/v?frame_max=1", "amqp://u%00:secret@h/v",
    ])
  func `what makes no sense is refused, and not quoted`(url: String) {
    let error = #expect(throws: RabbitMQError.self) { try RabbitMQConfiguration(url: url) }
    #expect(error?.kind == .invalidConfiguration)
    #expect(error?.description.contains("secret") == false)
  }

  @Test func `no description holds the password`() throws {
    let configuration = try RabbitMQConfiguration(url: "amqps://shop:secret@broker.example:1234/comptoir")
    #expect("\(configuration)" == "amqps://broker.example:1234/comptoir")
    var dumped = ""
    dump(configuration, to: &dumped)
    for text in ["\(configuration)", String(reflecting: configuration), dumped] { #expect(!text.contains("secret")) }
  }
}
