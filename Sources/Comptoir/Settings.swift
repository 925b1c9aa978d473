import Configuration
import Crypto
import FoundationEssentials
import JSON
import Logging
import Mail
import ObjectStorage
import Postgres
import ProcessManagers
import RabbitMQ
import Redis
import SystemPackage

/// Settings from the environment and an optional file, under the names of `.run/env`.
struct Settings: Sendable {
  let logger: Logger
  private let reader: ConfigReader

  init(_ options: CommonOptions) async throws {
    guard let level = Logger.Level(rawValue: options.logLevel) else {
      throw PlainError("--log-level: there is no level \(options.logLevel)")
    }
    var logger = Logger(label: "comptoir")
    logger.logLevel = level
    self.logger = logger
    let environment = EnvironmentVariablesProvider()
    if let file = options.settings {
      do {
        reader = ConfigReader(providers: [environment, try await Self.provider(file)])
      } catch {
        throw PlainError("--settings \(file): \(error)")
      }
    } else {
      reader = ConfigReader(provider: environment)
    }
  }

  /// These settings alone, whatever the environment says.
  init(values: [String: String]) {
    logger = Logger(label: "comptoir")
    reader = ConfigReader(provider: EnvironmentVariablesProvider(environmentVariables: values))
  }

  /// The settings of a file: an object of names and values where its name ends in `.json`, else lines KEY=VALUE. The names are the
  /// environment's in both.
  private static func provider(_ file: String) async throws -> EnvironmentVariablesProvider {
    guard file.hasSuffix(".json") else {
      return try await EnvironmentVariablesProvider(environmentFilePath: FilePath(file), allowMissing: false)
    }
    guard let data = FileManager.default.contents(atPath: file) else { throw PlainError("it cannot be read") }
    guard let members = try JSONValue(parsing: Array(data)).objectValue else { throw PlainError("it is no JSON object") }
    var values: [String: String] = [:]
    for (name, value) in members {
      switch value {
      case .string(let text), .number(let text): values[name] = text
      // Not what stands there: it may be a secret.
      default: throw PlainError("\(name) is neither a text nor a number")
      }
    }
    return EnvironmentVariablesProvider(environmentVariables: values)
  }

  /// A setting by its environment name, such as `EVENT_STORE_URL`.
  /// - Throws: one line naming the setting when it is missing.
  func required(_ name: String) throws -> String {
    guard let value = optional(name) else {
      throw PlainError("\(name) is not set: give it in the environment or in the file of --settings")
    }
    return value
  }

  func optional(_ name: String) -> String? {
    let value = reader.string(forKey: key(name), isSecret: name.hasSuffix("URL") || name.hasSuffix("PASSWORD") || name.contains("SECRET"))
    return value == "" ? nil : value
  }

  func integer(_ name: String, default value: Int) throws -> Int {
    guard let text = optional(name) else { return value }
    guard let number = Int(text) else { throw PlainError("\(name) must be a whole number") }
    return number
  }

  /// A database by the setting that holds its address.
  func postgres(_ name: String) throws -> PostgresConfiguration {
    let url = try required(name)
    do {
      return try PostgresConfiguration(url: url)
    } catch {
      throw PlainError("\(name): \(error)")
    }
  }

  /// The object storage, or nil where none is configured: then files can be neither uploaded nor downloaded.
  func objectStorage() throws -> ObjectStorageConfiguration? {
    guard let url = optional("OBJECT_STORAGE_URL") else { return nil }
    do {
      var configuration = try ObjectStorageConfiguration(
        url: url, publicURL: optional("OBJECT_STORAGE_PUBLIC_URL"), accessKey: required("OBJECT_STORAGE_ACCESS_KEY"),
        secretKey: required("OBJECT_STORAGE_SECRET_KEY"))
      configuration.region = optional("OBJECT_STORAGE_REGION") ?? configuration.region
      if let name = optional("OBJECT_STORAGE_ADDRESSING") {
        guard let addressing = ObjectStorageConfiguration.Addressing(rawValue: name) else {
          throw PlainError("OBJECT_STORAGE_ADDRESSING must be path or virtual")
        }
        configuration.addressing = addressing
      }
      return configuration
    } catch let error as ObjectStorageConfiguration.InvalidURL {
      throw PlainError("OBJECT_STORAGE_URL: \(error)")
    }
  }

  /// The broker, or nil where none is configured: then nothing is published.
  func rabbitMQ() throws -> RabbitMQConfiguration? {
    guard let url = optional("RABBITMQ_URL") else { return nil }
    do {
      return try RabbitMQConfiguration(url: url)
    } catch {
      throw PlainError("RABBITMQ_URL: \(error.message)")
    }
  }

  /// The mail server and who writes, or nil where none is configured: then no mail leaves.
  func mail() throws -> (server: SMTPConfiguration, terms: MailTerms)? {
    guard let url = optional("SMTP_URL") else { return nil }
    do {
      var server = try SMTPConfiguration(url: url)
      server.certificateFile = optional("SMTP_CA_FILE")
      var terms = MailTerms(from: try MailAddress(parsing: optional("MAIL_FROM") ?? "Comptoir <no-reply@comptoir.example>"))
      terms.companyAddress = optional("MAIL_COMPANY_ADDRESS") ?? terms.companyAddress
      terms.siteURL = optional("COMPTOIR_SITE_URL") ?? terms.siteURL
      terms.unsubscribeMailbox = try optional("MAIL_UNSUBSCRIBE_ADDRESS").map { address throws(MailError) in try MailAddress(address) }
      return (server, terms)
    } catch let error as SMTPConfiguration.InvalidURL {
      throw PlainError("SMTP_URL: \(error)")
    } catch is MailError {
      throw PlainError(
        "MAIL_FROM must be an address, or a name and an address: Name <local@domain>; MAIL_UNSUBSCRIBE_ADDRESS an address")
    }
  }

  /// Redis, or nil where none is configured: then each service keeps in its own database what it would keep there.
  func redis() throws -> RedisConfiguration? {
    guard let url = optional("REDIS_URL") else { return nil }
    do {
      return try RedisConfiguration(url: url)
    } catch {
      throw PlainError("REDIS_URL: \(error)")
    }
  }

  /// Where the gateway is reached from outside, for links in mails.
  func publicURL() throws -> String {
    let url =
      try optional("COMPTOIR_PUBLIC_URL") ?? optional("COMPTOIR_URL") ?? "http://127.0.0.1:\(integer("COMPTOIR_PORT", default: 8100))"
    guard url.hasPrefix("https://") || url.hasPrefix("http://") else { throw PlainError("COMPTOIR_PUBLIC_URL must begin with https://") }
    return url.hasSuffix("/") ? String(url.dropLast()) : url
  }

  /// A read database, such as `orders_service_db`, as the reader that its setting names.
  func reader(of database: String) throws -> PostgresConfiguration {
    try postgres("\(database.uppercased())_URL")
  }

  /// The same server and database for another of the roles that `comptoir migrate` makes.
  func other(_ role: String, at configuration: PostgresConfiguration) throws -> PostgresConfiguration {
    var other = configuration
    other.user = role
    other.password = try rolePassword(role)
    return other
  }

  /// A read database as its projector, who also writes its jobs.
  func writer(of database: String) throws -> PostgresConfiguration {
    let reader = try self.reader(of: database)
    // Several installations on one server tell their roles apart by a prefix, which the reader's name has as well.
    let name = "\(database)_projector"
    let own = "\(database)_reader"
    return try other(reader.user.hasSuffix(own) ? reader.user.dropLast(own.count) + name : name, at: reader)
  }

  /// The password of a role: HMAC-SHA256 of its name under the seed, in lower-case hexadecimal.
  func rolePassword(_ role: String) throws -> String {
    let seed = SymmetricKey(data: Array(try required("COMPTOIR_ROLE_PASSWORD_SEED").utf8))
    return HMAC<SHA256>.authenticationCode(for: Array(role.utf8), using: seed).map { byte in
      let text = String(byte, radix: 16)
      return text.count == 1 ? "0" + text : text
    }.joined()
  }

  /// A 32-byte key for one purpose, derived from the installation's secret.
  func derivedKey(_ purpose: String) throws -> SymmetricKey {
    let secret = SymmetricKey(data: Array(try required("COMPTOIR_SECRET").utf8))
    return HKDF<SHA256>.deriveKey(inputKeyMaterial: secret, info: Array(purpose.utf8), outputByteCount: 32)
  }

  /// The configuration library writes keys in lower case with dots and maps them to environment names itself.
  private func key(_ name: String) -> ConfigKey {
    ConfigKey(name.split(separator: "_").map { $0.lowercased() })
  }
}
