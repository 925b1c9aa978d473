import EventSourcing
import EventStoreTesting
import Foundation
import JSON
import Mail
import Postgres
import Synchronization
import Testing

@testable import Aggregates
@testable import Jobs
@testable import ProcessManagers

@Suite struct CampaignsTests {
  private func addresses(_ count: Int) -> [String] { (1...count).map { "reader\($0)@customer.example" } }

  @Test func `three hundred readers get one mail each, in batches, over a real server`() async throws {
    let run = UUID().uuidString.lowercased()
    try await PostOffice.use { office in
      let readers = try await office.draft((1...300).map { "taken-\($0)-\(run)@customer.example" })
      try await office.start(readers, step: 120)
      try await RealPost.use { post in
        let senders = [try office.sender(post), try office.sender(post)]
        try await office.running(office.campaigns(batchSize: 50), senders) { runner in
          try await office.shop.until("the end", within: .seconds(180)) { try await office.state().status == .sent }
          try await office.shop.until("empty queue") { try await office.queue.figures() == JobFigures(waiting: 0, running: 0, failed: 0) }
        }
      }
      #expect(try await office.state().totals == CampaignTotals(recipients: 300, sent: 300))
    }
    let mails = try RealPost.mails(endingWith: run)
    #expect(mails.count == 300)
    #expect(Set(mails.map { $0["headers"]!["message-id"]!.stringValue! }).count == 300)
    let mail = try #require(mails.first { $0["recipients"]?[0]?.stringValue?.hasPrefix("taken-7-") == true })
    let headers = try #require(mail["headers"])
    #expect(headers["message-id"]?.stringValue == "<campaign.1000-7@comptoir.example>")
    #expect(
      headers["list-unsubscribe"]?.stringValue
        == "<https://api.example/leave/t7?campaign_id=1000>, <mailto:leave@comptoir.example?subject=unsubscribe-t7>")
    #expect(headers["list-unsubscribe-post"]?.stringValue == "List-Unsubscribe=One-Click")
    #expect(headers["subject"]?.stringValue == "Hello Reader")
    #expect(mail["html"]?.stringValue?.contains("<p>Hello Ada Reader</p>") == true)
  }

  @Test func `a refused address bounces, one that is put off fails after the third time, and an unwanted message has failed`() async throws
  {
    let run = UUID().uuidString.lowercased()
    try await PostOffice.use { office in
      let readers = try await office.draft(["refused", "later", "spam", "taken"].map { "\($0)-\(run)@customer.example" })
      try await office.start(readers)
      try await RealPost.use { post in
        try await office.running(office.campaigns(), [try office.sender(post)]) { _ in
          for deferrals in 1...3 {
            try await office.shop.until("try \(deferrals)") {
              let mail = try await office.mail(2)
              return mail.status == .failed || mail.deferrals == deferrals
            }
            try await office.shop.until("waiting") { try await office.queue.figures().running == 0 }
            office.advance(by: 3_600)
          }
          try await office.shop.until("the end") { try await office.state().status == .sent }
        }
      }
      #expect(try await office.mail(1).status == .bounced)
      #expect(try await office.mail(2).status == .failed)
      #expect(try await office.mail(3).status == .failed)
      #expect(try await office.mail(4).status == .sent)
      let refused = try await office.shop.state(Subscriber.self, 1)
      #expect(refused.hardBounceCount == 1)
      #expect(try await office.shop.state(Subscriber.self, 3).bounceCount == 0)
      #expect(try await office.state().totals == CampaignTotals(recipients: 4, sent: 2, bounced: 1, failed: 2))
      let bounced = try #require(office.shop.log.events.first { $0.type == MailBounced.type.name })
      #expect(String(decoding: bounced.payload, as: UTF8.self).contains("550 5.1.1"))
    }
    #expect(try RealPost.mails(endingWith: run).count == 1)
  }

  @Test func `a mail whose sender ended in between is uncertain and not sent again; the rest of its batch is sent`() async throws {
    try await PostOffice.use { office in
      let readers = try await office.draft(addresses(3))
      try await office.start(readers)
      let job = CampaignBatch(campaignID: PostOffice.campaign, readers: readers).job("a job")
      let abyss = Abyss()
      let dead = try office.sender(abyss)
      // Never ends: what is left of a killed process.
      Task { try await dead.carryOut(job) }
      try await office.shop.until("handing over") { abyss.count.withLock { $0 } == 1 }
      #expect(try await office.mail(1).sender.isEmpty == false)

      let post = Post()
      let next = try office.sender(post)
      for _ in 0..<2 { try await next.carryOut(job) }
      #expect(post.mails.map { $0.to.address } == ["reader2@customer.example", "reader3@customer.example"])
      #expect(abyss.count.withLock { $0 } == 1)
      let lost = try await office.mail(1)
      #expect(lost.isUncertain && lost.status == .failed)
      #expect(try await office.state().status == .sent)
      #expect(try await office.state().totals == CampaignTotals(recipients: 3, sent: 2, failed: 1))

      // Its reader opens it: it had arrived.
      _ = try await office.shop.executor.execute(
        ReportMail(DeliveryKey(PostOffice.campaign, readers[0]), .opened(userAgent: nil, ipAddress: nil)))
      #expect(try await office.mail(1).status == .opened)
      #expect(try await office.state().totals == CampaignTotals(recipients: 3, sent: 3, delivered: 1, opened: 1, failed: 0))
    }
  }

  @Test func `cancelling stops what was not sent, and what is under way is counted`() async throws {
    try await PostOffice.use { office in
      let readers = try await office.draft(addresses(6))
      try await office.start(readers)
      let post = Post()
      post.meanwhile.withLock {
        $0 = { _ = try? await office.shop.executor.execute(CancelCampaign(campaignID: PostOffice.campaign)) }
      }
      // One at a time: the first mail is under way when the campaign is cancelled.
      try await office.running(office.campaigns(batchSize: 6), [try office.sender(post)]) { runner in
        try await office.shop.until("cancelling") { try await office.state().status == .cancelled }
        try await office.shop.until("empty queue") { try await office.queue.figures() == JobFigures(waiting: 0, running: 0, failed: 0) }
        try await office.shop.settle(runner)
      }
      #expect(post.mails.count == 1)
      #expect(try await office.mail(1).status == .sent)
      for reader in readers.dropFirst() { #expect(try await office.mail(reader.rawValue).isWithdrawn) }
      #expect(try await office.state().totals == CampaignTotals(recipients: 6, sent: 1))
    }
  }

  @Test func `a planned campaign starts when its time has come, and not when it was cancelled`() async throws {
    try await PostOffice.use { office in
      let readers = try await office.draft(addresses(7))
      let log = office.shop.log
      _ = try await office.shop.executor.execute(
        ScheduleCampaign(campaignID: PostOffice.campaign, scheduledAt: log.now + .seconds(3_600), recipients: 5))
      let cancelled = CampaignID(2_000)
      let content = CampaignContent(name: "Never", subject: "s", content: "c")
      _ = try await office.shop.executor.execute(DraftCampaign(campaignID: cancelled, content: content, createdBy: nil))
      _ = try await office.shop.executor.execute(
        ScheduleCampaign(campaignID: cancelled, scheduledAt: log.now + .seconds(3_600), recipients: 5))
      _ = try await office.shop.executor.execute(CancelCampaign(campaignID: cancelled))
      let post = Post()
      try await office.running(office.campaigns(readers, batchSize: 3), [try office.sender(post)]) { runner in
        try await office.shop.settle(runner)
        #expect(office.shop.count(CampaignSendingStarted.type) == 0)
        office.advance(by: 3_600)
        try await office.shop.until("the end") { try await office.state().status == .sent }
      }
      #expect(Set(post.mails.map { $0.to.address }) == Set(addresses(7)))
      #expect(post.mails.count == 7)
      // What remains is how long a sent campaign is listed.
      #expect(!log.timers.keys.contains { $0.hasPrefix(CampaignTimer.action) })
      #expect(office.shop.count(CampaignSendingStarted.type) == 1)
    }
  }

  @Test func `a planned campaign that nobody is left for has failed`() async throws {
    try await PostOffice.use { office in
      _ = try await office.draft([])
      _ = try await office.shop.executor.execute(
        ScheduleCampaign(campaignID: PostOffice.campaign, scheduledAt: office.shop.log.now + .seconds(60), recipients: 1))
      try await office.running(office.campaigns(), []) { runner in
        office.advance(by: 60)
        try await office.shop.until("failing") { try await office.state().status == .failed }
        try await office.shop.settle(runner)
      }
      #expect(office.shop.log.timers.isEmpty)
      #expect(try await office.queue.figures().waiting == 0)
    }
  }

  @Test func `jobs are made once, and say nothing of anybody but his id`() async throws {
    try await PostOffice.use { office in
      try await office.start(try await office.draft(addresses(7)), step: 4)
      let started = try #require(office.shop.log.events.first { $0.type == CampaignSendingStarted.type.name })
      for _ in 0..<2 { try await office.campaigns(batchSize: 3).handle(started) }
      // 4 = 3 + 1, and 3.
      #expect(try await office.queue.figures().waiting == 3)
      let rows = try await office.queue.client.query(.unprepared("select payload from ops.jobs"))
      for index in 0..<rows.count { #expect(!(try rows[index].string(0)).contains("@")) }
    }
  }

  @Test func `without a server a batch waits as it is`() async throws {
    try await PostOffice.use { office in
      let readers = try await office.draft(addresses(3))
      try await office.start(readers)
      let post = Post()
      post.fail(.unavailable("nobody there"), .unavailable("nobody there"), .unavailable("nobody there"), .unavailable("nobody there"))
      let sender = try office.sender(post)
      let job = CampaignBatch(campaignID: PostOffice.campaign, readers: readers).job("a job")
      for _ in 0..<4 { await #expect(throws: CampaignSender.Unsent.self) { try await sender.carryOut(job) } }
      #expect(try await office.mail(1).status == .pending)
      #expect(try await office.mail(1).deferrals == 0)
      #expect(office.shop.count(MailMarked.type) == 4)
      try await sender.carryOut(job)
      #expect(post.mails.count == 3)
    }
  }

  @Test func `who has left since the start, or was forgotten, is not written to`() async throws {
    try await PostOffice.use { office in
      let readers = try await office.draft(addresses(3))
      try await office.start(readers)
      _ = try await office.shop.executor.execute(Unsubscribe(newsletterID: readers[0], reason: .link))
      office.shop.log.forget(readers[1].subject)
      let post = Post()
      try await office.sender(post).carryOut(CampaignBatch(campaignID: PostOffice.campaign, readers: readers).job("a job"))
      #expect(post.mails.map { $0.to.address } == ["reader3@customer.example"])
      #expect(try await office.state().totals == CampaignTotals(recipients: 3, sent: 1, failed: 2))
    }
  }
}
