import Foundation
import Logging
import Postgres
import PostgresTesting
import Testing

/// The modes of TLS against a server whose certificate a self-made authority signed for `localhost` alone. The names are resolved to the
/// same loopback address: what differs is what the client was told to believe.
@Suite(.serialized, .timeLimit(.minutes(3))) struct TLSTests {
  @Test func `each mode connects where it may, and refuses a plain server, an unknown authority and another host's name`() async throws {
    try await PrivateServer.run(
      settings: ["ssl=on", "ssl_cert_file=\(Certificates.server).crt", "ssl_key_file=\(Certificates.server).key"],
      configure: { server in
        try Certificates.make(for: server)
        try "host all all 127.0.0.1/32 trust\n".write(toFile: "\(server.folder)/data/pg_hba.conf", atomically: false, encoding: .utf8)
      }
    ) { server in
      for (mode, isEncrypted) in [(PostgresTLSMode.disable, false), (.prefer, true), (.require, true)] {
        let found = try await encryption(server, mode)
        #expect(found == isEncrypted, "\(mode)")
      }
      // The right authority: by address only the chain is believed, by name the host as well.
      let authority = "\(server.folder)/authority.crt"
      let byChain = try await encryption(server, .verifyCA, authority: authority)
      #expect(byChain)
      let byName = try await encryption(server, .verifyFull, host: "localhost", authority: authority)
      #expect(byName)
      // The certificate is for localhost, not for 127.0.0.1.
      await refused(server, .verifyFull, host: "127.0.0.1", authority: authority)
      for mode in [PostgresTLSMode.verifyCA, .verifyFull] {
        await refused(server, mode, host: "localhost", authority: "\(server.folder)/stranger.crt")
        await refused(server, mode, host: "localhost", authority: "\(server.folder)/missing.crt")
      }
    }
  }

  @Test func `without TLS on the server only the modes that do without connect`() async throws {
    try await PrivateServer.run { server in
      for mode in [PostgresTLSMode.disable, .prefer] {
        let isEncrypted = try await encryption(server, mode)
        #expect(!isEncrypted, "\(mode)")
      }
      for mode in [PostgresTLSMode.require, .verifyCA, .verifyFull] {
        await refused(server, mode, host: "localhost", authority: nil)
      }
    }
  }

  @Test func `a server that wants TLS refuses who comes without, by SQLSTATE`() async throws {
    try await PrivateServer.run(
      settings: ["ssl=on", "ssl_cert_file=\(Certificates.server).crt", "ssl_key_file=\(Certificates.server).key"],
      configure: { server in
        try Certificates.make(for: server)
        try "hostssl all all 127.0.0.1/32 trust\n".write(toFile: "\(server.folder)/data/pg_hba.conf", atomically: false, encoding: .utf8)
      }
    ) { server in
      let isEncrypted = try await encryption(server, .require)
      #expect(isEncrypted)
      let error = await #expect(throws: PostgresError.self) {
        try await encryption(server, .disable, patience: .seconds(2))
      }
      #expect(error?.sqlState?.rawValue == "28000")
    }
  }

  /// Whether a session in this mode is encrypted, as the server sees it.
  private func encryption(
    _ server: PrivateServer, _ mode: PostgresTLSMode, host: String = "127.0.0.1", authority: String? = nil,
    patience: Duration = .seconds(30)
  ) async throws -> Bool {
    var configuration = try server.configuration()
    configuration.host = host
    configuration.tlsMode = mode
    configuration.tlsRootCertificatePath = authority
    configuration.waitTimeout = patience
    let client = PostgresClient(configuration, logger: .init(label: "test"))
    let result: Result<Bool, any Error>
    do {
      result = .success(
        try await client.query(.unprepared("select ssl from pg_stat_ssl where pid = pg_backend_pid()"))[0].bool(0))
    } catch {
      result = .failure(error)
    }
    await client.close()
    return try result.get()
  }

  private func refused(
    _ server: PrivateServer, _ mode: PostgresTLSMode, host: String, authority: String?, _ location: SourceLocation = #_sourceLocation
  ) async {
    let error = await #expect(throws: PostgresError.self, "\(mode) \(host)", sourceLocation: location) {
      // Refused or not answered are the same to a pool: it tries again for this long.
      try await encryption(server, mode, host: host, authority: authority, patience: .seconds(2))
    }
    #expect(error?.kind == .connectFailed, "\(mode) \(host)", sourceLocation: location)
    #expect(error?.sqlState == nil, sourceLocation: location)
  }
}

/// Made anew for each test with the openssl program, and gone with the server's folder.
private enum Certificates {
  /// Of the server, as its settings name it: beside its data.
  static let server = "../server"

  /// An authority, a server's certificate that it signed for `localhost`, and an authority that signed nothing.
  static func make(for server: PrivateServer) throws {
    let folder = server.folder
    for name in ["authority", "stranger"] {
      try openssl(
        server, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj", "/CN=\(name)",
        "-keyout", "\(folder)/\(name).key", "-out", "\(folder)/\(name).crt")
    }
    try openssl(
      server, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost",
      "-addext", "subjectAltName=DNS:localhost", "-keyout", "\(folder)/server.key", "-out", "\(folder)/server.csr")
    try openssl(
      server, "x509", "-req", "-in", "\(folder)/server.csr", "-CA", "\(folder)/authority.crt", "-CAkey", "\(folder)/authority.key",
      "-CAcreateserial", "-days", "1", "-copy_extensions", "copy", "-out", "\(folder)/server.crt")
  }

  /// As the server's user: PostgreSQL takes a key only if its owner is who runs it, and nobody else can read it.
  private static func openssl(_ server: PrivateServer, _ arguments: String...) throws {
    try server.run("/usr/bin/openssl", arguments, asServer: true)
  }
}
