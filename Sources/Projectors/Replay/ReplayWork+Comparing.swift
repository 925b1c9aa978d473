import EventSourcing
import Migrations
import Postgres

extension ReplayWork {
  /// Compares the current rows with those of the shadow, at one position.
  func compare(_ tenure: ProjectorTenure) async throws -> VerifyReport {
    let database = replay.projection.database
    report(.comparing)
    return try await client.withConnection { connection in
      try await connection.withTransaction(isolation: .repeatableRead, readOnly: true) { connection in
        var report = VerifyReport(database: database, position: .start)
        // The snapshot is taken by the first statement: while the projector is held up and both stand at the same place.
        _ = try await withCurrentHeld(tenure) { _, current in
          report.position = current.position
          let parked = try await connection.query(
            .unprepared(
              """
              select count(*) from internal.parked_events p
              join internal.generations g on g.id = p.generation and g.state = 'current' where p.name = $1
              """), [.text(database)])
          report.parkedEvents = Int(try parked[0].int64(0))
        }
        for table in replay.projection.tables { try await compare(table, connection, &report) }
        return report
      }
    }
  }

  private func compare(_ table: Table, _ connection: PostgresConnection, _ report: inout VerifyReport) async throws {
    let live = TableWriter(table, schemaPrefix: "").name
    let rebuilt = TableWriter(table, schemaPrefix: shadow.schemaPrefix).name
    let digest = "select count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text from"
    let liveDigest = try await connection.query(.unprepared("\(digest) \(live) t"))[0]
    let rebuiltDigest = try await connection.query(.unprepared("\(digest) \(rebuilt) t"))[0]
    let found = VerifyReport.TableDigest(table: table.name, rows: try liveDigest.int64(0), digest: try liveDigest.string(1))
    report.tables.append(found)
    if try rebuiltDigest.int64(0) != found.rows || rebuiltDigest.string(1) != found.digest {
      report.differences += try await differences(table, live, rebuilt, connection)
    }
    for rule in table.uniqueRules { report.uniqueness += try await violations(of: rule, table, live, connection) }
  }

  private func differences(
    _ table: Table, _ live: String, _ rebuilt: String, _ connection: PostgresConnection
  ) async throws -> [RowDifference] {
    let keys = table.key.map { "\"\($0)\"" }
    let join = keys.map { "l.\($0) = s.\($0)" }.joined(separator: " and ")
    let shownKey = "concat_ws(',', " + keys.map { "coalesce(l.\($0), s.\($0))::text" }.joined(separator: ", ") + ")"
    let rows = try await connection.query(
      .unprepared(
        """
        select \(shownKey), l.\(keys[0]) is null, s.\(keys[0]) is null, array(
          select k from jsonb_each_text(to_jsonb(l)) a(k, v) full join jsonb_each_text(to_jsonb(s)) b(k, v) using (k)
          where a.v is distinct from b.v order by k)
        from \(live) l full join \(rebuilt) s on \(join)
        where l.\(keys[0]) is null or s.\(keys[0]) is null or l::text is distinct from s::text
        order by \(keys.map { "coalesce(l.\($0), s.\($0))" }.joined(separator: ", ")) limit $1
        """), [.int64(Int64(replay.limits.namedDifferences))])
    return try rows.map { row in
      let kind: RowDifference.Kind =
        try row.bool(1) ? .missing : row.bool(2) ? .superfluous : .altered(columns: row.stringArray(3))
      return RowDifference(table: table.name, key: try row.string(0), kind: kind)
    }
  }

  private func violations(
    of rule: Table.UniqueRule, _ table: Table, _ live: String, _ connection: PostgresConnection
  ) async throws -> [UniquenessViolation] {
    let key = "concat_ws(',', " + table.key.map { "\"\($0)\"::text" }.joined(separator: ", ") + ")"
    let rows = try await connection.query(
      .unprepared(
        """
        select array_agg(\(key) order by \(table.key.map { "\"\($0)\"" }.joined(separator: ", "))) from \(live)
        where (\(rule.condition ?? "true")) and (\(rule.expression)) is not null
        group by \(rule.expression) having count(*) > 1 order by min(\(key)) limit $1
        """), [.int64(Int64(replay.limits.namedDifferences))])
    return try rows.map { UniquenessViolation(table: table.name, rule: rule.name, keys: try $0.stringArray(0)) }
  }
}
