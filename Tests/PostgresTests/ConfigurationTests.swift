import Postgres
import Testing

struct ConfigurationTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let url: String
    let host: String
    let port: Int
    let database: String
    let user: String
    let password: String?
    var tls = PostgresTLSMode.prefer
    var testDescription: String { url }
  }

  @Test(arguments: [
    Case(url: "postgres://u:p@h:5433/d", host: "h", port: 5433, database: "d", user: "u", password: "p"),
    Case(url: "postgresql://u@h/d", host: "h", port: 5432, database: "d", user: "u", password: nil),
    Case(url: "postgres://u@h", host: "h", port: 5432, database: "u", user: "u", password: nil),
    Case(url: "postgres://u@/d", host: "localhost", port: 5432, database: "d", user: "u", password: nil),
    Case(url: "postgres://u:@h:/d", host: "h", port: 5432, database: "d", user: "u", password: ""),
    Case(url: "postgres://a%40b:p%2F%3A%3f%25@h/d%20e", host: "h", port: 5432, database: "d e", user: "a@b", password: "p/:?%"),
    Case(url: "postgres://u:a:b@h/d", host: "h", port: 5432, database: "d", user: "u", password: "a:b"),
    Case(url: "postgres://u@[::1]:6000/d", host: "::1", port: 6000, database: "d", user: "u", password: nil),
    Case(url: "postgres://u@/d?host=/var/run/x", host: "/var/run/x", port: 5432, database: "d", user: "u", password: nil),
    Case(url: "postgres://h/d?user=u&password=p&port=7", host: "h", port: 7, database: "d", user: "u", password: "p"),
    Case(url: "postgres://u@h/d?sslmode=verify-full", host: "h", port: 5432, database: "d", user: "u", password: nil, tls: .verifyFull),
    Case(url: "postgres://u@h/d?sslmode=disable", host: "h", port: 5432, database: "d", user: "u", password: nil, tls: .disable),
    Case(url: "postgres://é%C3%A9@h/d", host: "h", port: 5432, database: "d", user: "éé", password: nil),
  ])
  func `a URL names the target, and is made again from it`(_ example: Case) throws {
    for url in [example.url, try PostgresConfiguration(url: example.url).urlWithPassword()] {
      let configuration = try PostgresConfiguration(url: url)
      #expect(configuration.host == example.host)
      #expect(configuration.port == example.port)
      #expect(configuration.database == example.database)
      #expect(configuration.user == example.user)
      #expect(configuration.password == example.password)
      #expect(configuration.tlsMode == example.tls)
    }
  }

  @Test(arguments: [
    "", "mysql://u@h/d", "postgres://h/d", "postgres://u:secret@h:x/d", "postgres://u:secret@h:0/d", "postgres://u:secret@h:65536/d",
    "postgres://u:secret@h/d?sslmode=maybe", "postgres://u:secret@h/d?colour=blue", "postgres://u:secret@h/d?sslmode",
    "postgres://u:secret%@h/d", "postgres://u:secret%zz@h/d", "postgres://u:secret%ff@h/d", "postgres://u:secret@[::1/d",
    "postgres://u:secret@a,b/d", "postgres://u:secret%00@h/d", "postgres://u:secret@h/d?connect_timeout=-1",
  ])
  func `a URL that makes no sense is refused without quoting it`(_ url: String) {
    let error = #expect(throws: PostgresError.self) { _ = try PostgresConfiguration(url: url) }
    #expect(error?.kind == .invalidConfiguration)
    #expect(error.map { "\($0) \(String(reflecting: $0))".contains("secret") } == false)
  }

  @Test func `settings of the URL are read`() throws {
    let configuration = try PostgresConfiguration(
      url: "postgres://u@h/d?application_name=shop&connect_timeout=3&statement_timeout=1500&search_path=a%2Cb&connections=4"
        + "&sslrootcert=/ca.pem")
    #expect(configuration.applicationName == "shop")
    #expect(configuration.connectTimeout == .seconds(3))
    #expect(configuration.statementTimeout == .milliseconds(1500))
    #expect(configuration.searchPath == "a,b")
    #expect(configuration.connections == 4)
    #expect(configuration.tlsRootCertificatePath == "/ca.pem")
  }

  @Test func `the password is printed nowhere`() throws {
    let configuration = try PostgresConfiguration(url: "postgres://u:secret@h/d")
    var dumped = ""
    dump(configuration, to: &dumped)
    for text in ["\(configuration)", String(reflecting: configuration), dumped, "\([configuration])", "\(Optional(configuration) as Any)"] {
      #expect(!text.contains("secret"))
    }
  }

  @Test func `an error's description holds no SQL and no words of the server`() {
    let error = PostgresError(.server(.uniqueViolation), "Key (email)=(a@b) already exists", statementName: "insert user")
    #expect("\(error)" == "PostgresError(server 23505, statement insert user)")
    #expect(String(reflecting: error).contains("a@b"))
  }

  @Test(arguments: [
    (PostgresError.Kind.server(.serializationFailure), true), (.server(.deadlockDetected), true), (.server(.uniqueViolation), false),
    (.server(.tooManyConnections), true), (.server(.queryCanceled), false), (.server(.lockNotAvailable), true), (.connectionLost, true),
    (.timeout, true), (.cancelled, false), (.closed, false), (.decoding, false), (.connectFailed, true), (.tooManyWaiting, true),
  ])
  func `what may be tried again says so`(_ kind: PostgresError.Kind, _ isTransient: Bool) {
    #expect(PostgresError(kind, "").isTransient == isTransient)
  }
}
