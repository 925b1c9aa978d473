import Aggregates
import Postgres

/// The newsletter: subscribers, campaigns, templates, and the administration's figures and files.
enum NewsletterRoutes {
  static let group = RouteGroup(
    service: "newsletters",
    routes: [HealthRoutes.route(of: "newsletters") { $0.reads.newsletters }] + SubscriberRoutes.routes + CampaignRoutes.routes
      + TemplateRoutes.routes + TemplateFileRoutes.routes + MailTrackingRoutes.routes + administration)

  private static let administration: [Route] = [
    .row(
      "/admin/system-stats", "newsletterSystemStatistics", "Figures about the whole service", in: NoInput.self,
      access: NewsletterAccess.administration, from: { $0.reads.newsletters }, NewsletterFigures.ofSystem
    ) { _, _ in [] }.cached { $0.reads.newsletters },
    subscribers.route(
      "/admin/export/newsletters", "exportNewsletters", "All subscribers as CSV or JSON", access: NewsletterAccess.administration),
    campaigns.route("/admin/export/campaigns", "exportCampaigns", "All campaigns as CSV or JSON", access: NewsletterAccess.administration),
  ]

  private static let subscribers = TableExport(
    "newsletters", from: "newsletters n", id: "n.id", where: "n.deleted_at is null",
    columns: [
      "id": "n.id", "email": "n.email", "name": "n.name", "phone": "n.phone", "status": "n.status", "preferences": "n.preferences",
      "subscribed_at": "n.subscribed_at", "unsubscribed_at": "n.unsubscribed_at", "subscription_source": "n.subscription_source",
      "bounce_count": "n.bounce_count", "last_bounce_at": "n.last_bounce_at", "created_at": "n.created_at",
    ], side: { $0.reads.newsletters })

  private static let campaigns = TableExport(
    "campaigns", from: "campaigns c", id: "c.id", where: "c.deleted_at is null",
    columns: [
      "id": "c.id", "name": "c.name", "subject": "c.subject", "status": "c.status", "campaign_type": "c.campaign_type",
      "scheduled_at": "c.scheduled_at", "sent_at": "c.sent_at", "total_recipients": "c.total_recipients", "total_sent": "c.total_sent",
      "total_delivered": "c.total_delivered", "total_opened": "c.total_opened", "total_clicked": "c.total_clicked",
      "total_bounced": "c.total_bounced", "total_unsubscribed": "c.total_unsubscribed", "created_at": "c.created_at",
    ], side: { $0.reads.newsletters })
}
