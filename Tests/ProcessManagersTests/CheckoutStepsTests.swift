import EventSourcing
import EventStoreTesting
import Foundation
import Testing

@testable import Aggregates
@testable import ProcessManagers

/// What the page of the checkout says that it does is what it does.
@Suite struct CheckoutStepsTests {
  @Test func `each command of the checkout is one of those that its notes name, and each of these is carried out`() async throws {
    let shop = Shop()
    try await shop.stock(7, 100)
    try await shop.code("TEN")
    let checkout = shop.checkout()
    try await shop.running(shop.runner(checkout)) { runner in
      for (user, token) in [(1, "sandbox_ok"), (2, "sandbox_refuse"), (3, "sandbox_capture_fails")] as [(Int64, String)] {
        try await shop.buy(user, codes: ["TEN"], token: token, places: false)
      }
      // Nobody has given this one any stock.
      try await shop.buy(4, [(8, 1)], places: false)
      let transfer = try await shop.buy(5, method: .transfer, places: false)
      let (paid, sent) = (try await shop.buy(6, places: false), try await shop.buy(9, places: false))
      for order in [paid, sent] { try await shop.until("payment") { try await shop.order(order).paid != nil } }
      for step in [AdvanceOrder.Step.processing, .shipped] {
        _ = try await shop.executor.execute(AdvanceOrder(orderID: sent, step: step))
      }
      _ = try await shop.executor.execute(CancelOrder(orderID: paid, canceller: .customer(UserID(6))))
      // Between two tries to capture lies a while, and the last of them gives the promise back.
      try await shop.until("giving the promise back") {
        try await shop.settle(runner)
        shop.log.advance(by: checkout.timeouts.captureRetry)
        return shop.count(PaymentVoided.type) == 1
      }
      try await shop.settle(runner)
      shop.log.advance(by: checkout.timeouts.transferHold)
      try await shop.until("expiry") { try await shop.order(transfer).status == .cancelled }
      try await shop.settle(runner)
    }

    let notes = try #require(checkout.notes).steps
    let causes = Dictionary(uniqueKeysWithValues: shop.log.events.map { ($0.id, $0) })
    var seen: Set<SagaStepNote> = []
    for event in shop.log.events where event.context.actor == checkout.name {
      let cause = try #require(event.context.causationID.flatMap { causes[$0] })
      if cause.type == CheckoutStarted.type.name {
        let started = try PayloadDecoder(CheckoutStarted.self).decode(cause)
        let id = PlaceOrder(basketID: started.basketID, attempt: started.attempt).commandID
        #expect(event.commandID == id)
        seen.formUnion(notes.filter { $0.event == cause.type })
        continue
      }
      let steps = notes.filter {
        $0.event == cause.type && CommandID(derivedFrom: cause.id.uuidString, purpose: $0.command) == event.commandID
      }
      #expect(!steps.isEmpty, "\(event.type) follows from \(cause.type) by a command that the notes do not name")
      seen.formUnion(steps)
    }
    // A provider that does not pay back has a test of its own.
    #expect(Set(notes).subtracting(seen).map(\.command) == ["FailRefund"])
    let cancelling = Set(notes.filter { $0.event == OrderCancelled.type.name }.map(\.command))
    for note in notes { if let compensation = note.compensation { #expect(cancelling.contains(compensation), "\(note)") } }
  }
}
