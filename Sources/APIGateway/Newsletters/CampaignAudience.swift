import Aggregates
import EventSourcing
import JSON
import Postgres
import ProcessManagers

extension CampaignAudience {
  /// The subscribers, in order of their ids.
  func ids(_ call: Call) async throws -> [NewsletterID] {
    let statement = PostgresStatement.unprepared(
      "select \(ReadSide.positionSQL), array(select s.id from newsletters s where \(sql) order by s.id)")
    let (result, _) = try await call.services.reads.newsletters.query(statement, parameters, call)
    return try result[0].int64Array(1).map { NewsletterID($0) }
  }

  /// `$1` bigint: the campaign. Whether it is there, and whom it is for.
  private static let targeting = PostgresStatement(
    "newsletters.targeting",
    """
    select here.position, c.id, c.targeting_criteria::text from (select \(ReadSide.positionSQL) as position) here
    left join campaigns c on c.id = $1 and c.deleted_at is null
    """)

  /// The audience of a campaign, as all that is in the log now has it.
  static func of(_ campaign: CampaignID, _ call: Call) async throws -> CampaignAudience {
    let side = call.services.reads.newsletters
    _ = try await side.wait(for: call.services.log.head(), atMost: .seconds(2))
    let (result, _) = try await side.query(targeting, [.int64(campaign.rawValue)], call)
    guard !result[0].isNull(1) else { throw Problem(.notFound) }
    return CampaignAudience(try result[0].optionalString(2).map { try CampaignTargeting(jsonBytes: Array($0.utf8)) })
  }

  /// `$1` bigint: the campaign. To whom mails are prepared that were not sent.
  private static let pending = PostgresStatement(
    "newsletters.pending_mails",
    """
    select \(ReadSide.positionSQL), array(
      select m.newsletter_id from newsletter_campaigns m where m.campaign_id = $1 and m.status = 'pending' order by m.newsletter_id)
    """)

  /// To whom mails of a campaign are prepared and were not sent.
  static func pending(_ campaign: CampaignID, _ call: Call) async throws -> [NewsletterID] {
    let side = call.services.reads.newsletters
    _ = try await side.wait(for: call.services.log.head(), atMost: .seconds(2))
    let (result, _) = try await side.query(pending, [.int64(campaign.rawValue)], call)
    return try result[0].int64Array(1).map { NewsletterID($0) }
  }
}
