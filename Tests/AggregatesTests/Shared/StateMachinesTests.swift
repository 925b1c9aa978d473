import EventSourcing
import Testing

@testable import Aggregates

/// What the diagrams of docs/sagas are drawn from.
@Suite struct StateMachinesTests {
  private func leads(_ machine: StateMachine, from: String, to: String) -> [String] {
    machine.transitions.filter { $0.from == from && $0.to == to }.map(\.event)
  }

  /// Every kind of event must occur, but for those that other questions than a machine's lead to.
  private func check<A: Aggregate>(
    _ aggregate: A.Type, _ machine: StateMachine, states: [String], without: Set<String> = [], _ location: SourceLocation = #_sourceLocation
  ) {
    let kinds = Set(A.Event.decoder.cases.map { $0.payloadType.type.name })
    #expect(kinds.subtracting(machine.transitions.map(\.event)) == without, sourceLocation: location)
    #expect(Set(machine.states) == Set(states), sourceLocation: location)
    #expect(machine.category == A.category, sourceLocation: location)
  }

  @Test func `an order goes where its rules let it, and reaches every status`() throws {
    let machine = try Order.machine()
    check(
      Order.self, machine, states: ["none", "pending, stock held"] + OrderStatusName.allCases.map(\.rawValue),
      without: ["OrderImported", "OrderNoted", "OrderDeleted"])
    #expect(leads(machine, from: "none", to: "pending") == ["OrderPlaced"])
    #expect(leads(machine, from: "pending, stock held", to: "confirmed") == ["OrderConfirmed"])
    #expect(leads(machine, from: "pending", to: "confirmed") == [])
    #expect(leads(machine, from: "shipped", to: "cancelled") == ["OrderCancelled"])
    #expect(leads(machine, from: "delivered", to: "cancelled") == [])
    #expect(leads(machine, from: "delivered", to: "returned") == ["OrderReturned"])
  }

  @Test func `a payment's promise is captured or voided, and what was captured goes back in parts`() throws {
    let machine = try Payment.machine()
    check(Payment.self, machine, states: ["none"] + Payment.Status.allCases.map(\.rawValue), without: ["PaymentReportReceived"])
    #expect(leads(machine, from: "authorised", to: "captured") == ["PaymentCaptured"])
    #expect(leads(machine, from: "authorised", to: "voided") == ["PaymentVoided"])
    #expect(leads(machine, from: "requested", to: "voided") == [])
    #expect(leads(machine, from: "partially_refunded", to: "refunded") == ["RefundSettled"])
    #expect(machine.transitions.filter { $0.from == "refunded" && $0.to != "refunded" }.isEmpty)
  }

  @Test func `a hold becomes firm, expires or is released, and a firm one is used once`() throws {
    let machine = try Reservation.machine()
    check(Reservation.self, machine, states: Reservation.Status.allCases.map(\.rawValue))
    #expect(leads(machine, from: "none", to: "held") == ["ReservationHeld"])
    #expect(leads(machine, from: "none", to: "refused") == ["ReservationRefused"])
    #expect(leads(machine, from: "held", to: "expired") == ["ReservationExpired"])
    #expect(leads(machine, from: "firm", to: "expired") == [])
    #expect(leads(machine, from: "expired", to: "refused") == ["ReservationRefused"])
    #expect(machine.transitions.filter { $0.from == "consumed" }.isEmpty)
  }

  @Test func `a delivery reaches every status, and ends where it is delivered, returned or cancelled`() throws {
    let machine = try Delivery.machine()
    #expect(Set(machine.states) == Set(["none"] + DeliveryStatusName.allCases.map(\.rawValue)))
    #expect(leads(machine, from: "none", to: "pending") == ["DeliveryCreated"])
    #expect(leads(machine, from: "failed", to: "in_transit") == ["DeliveryInTransit"])
    #expect(leads(machine, from: "shipped", to: "cancelled") == [])
    for end in ["delivered", "returned", "cancelled"] {
      #expect(machine.transitions.filter { $0.from == end && $0.to != end }.isEmpty, "\(end)")
    }
  }

  @Test func `a mail is marked before it is sent, and what is in doubt can only turn out to have been sent`() throws {
    let machine = try TransactionalMail.machine()
    check(TransactionalMail.self, machine, states: ["new", "marked", "sent", "put off", "refused", "omitted", "uncertain"])
    #expect(leads(machine, from: "new", to: "sent") == [])
    #expect(leads(machine, from: "marked", to: "uncertain") == ["TransactionalMailUncertain"])
    #expect(leads(machine, from: "put off", to: "marked") == ["TransactionalMailMarked"])
    #expect(machine.transitions.filter { $0.from == "uncertain" }.map(\.to) == ["sent"])
  }

  @Test func `campaigns and subscribers reach every status`() throws {
    check(Campaign.self, try Campaign.machine(), states: ["none", "deleted"] + CampaignStatus.allCases.map(\.rawValue))
    check(
      Subscriber.self, try Subscriber.machine(), states: ["none", "deleted"] + SubscriberStatus.allCases.map(\.rawValue),
      without: ["SubscriberDetailsChanged"])
  }

  @Test func `a saga waits and goes on`() throws {
    let checkout = try CheckoutSaga.machine()
    check(CheckoutSaga.self, checkout, states: ["going on", "waiting"])
    #expect(leads(checkout, from: "going on", to: "waiting") == ["SagaParked"])
    #expect(leads(checkout, from: "waiting", to: "going on") == ["SagaResumed"])
    check(FileSaga.self, try FileSaga.machine(), states: ["going on", "waiting"])
  }

  @Test func `the same code gives the same machines, in the same order`() throws {
    #expect(try Order.machine() == Order.machine())
    #expect(try Payment.machine() == Payment.machine())
  }
}
