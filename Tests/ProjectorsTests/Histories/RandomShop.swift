import Aggregates
import EventSourcing
import EventStore
import Synchronization

/// Sends random commands through the real aggregates, one after the other, so that a seed gives the same history again.
///
/// Each read database has a source: steps that send commands whose events it projects. All of them run on one log, since most
/// databases keep copies of others' facts.
final class RandomShop {
  typealias Step = @Sendable (RandomShop) async throws -> Void

  /// What happens in the categories of a read database. A projection without a source here fails its test.
  static let sources: [String: [Step]] = [
    "auth_service_db": accountSteps + sessionSteps,
    "addresses_service": addressSteps,
    "products_service_db": productSteps + classificationSteps + partSteps,
    "baskets_service_db": basketSteps,
    "orders_service_db": orderSteps,
    "deliveries_service_db": deliverySteps,
    "websites_service_db": websiteSteps,
    "sav_service_db": ticketSteps,
    "questions_service_db": questionSteps,
    "contacts_service_db": contactSteps,
    "newsletters_service_db": newsletterSteps,
  ]

  let log: PostgresEventLog
  private let executor: CommandExecutor
  private var generator: SplitMix
  private var lastID: Int64 = 1_000
  private(set) var accepted = 0
  private(set) var refused = 0

  // What is known of the rows, so that most commands make sense. The aggregates decide all the same.
  var users: [UserID] = []
  /// How many e-mail addresses a user has had.
  var addressCounts: [UserID: Int] = [:]
  /// Whose a session is, how often all of his had been ended, and how often its token was exchanged.
  var sessions: [SessionID: (user: UserID, refreshes: Int)] = [:]
  var permissions: [PermissionID] = DefaultPermission.allCases.map(\.id)
  var roles: [RoleID] = DefaultRole.allCases.map(\.id)
  var websites: [WebsiteID] = []
  var countries: [CountryID] = []
  var regions: [RegionID: CountryID] = [:]
  var addresses: [AddressID: UserID] = [:]
  var vatRates: [VATRateID] = []
  var brands: [BrandID] = []
  var types: [ProductTypeID: VATRateID] = [:]
  var categories: [CategoryID] = []
  var catalogs: [CatalogID] = []
  var attributeGroups: [AttributeGroupID] = []
  var characteristicGroups: [CharacteristicGroupID] = []
  var relatedCharacteristics: [RelatedCharacteristicID] = []
  var products: [ProductID: Product.Details] = [:]
  var attributes: [AttributeID: ProductID] = [:]
  var characteristics: [CharacteristicID: ProductID] = [:]
  var images: [ImageID: ProductID] = [:]
  var reservations: [OrderID: [StockItem]] = [:]
  var discountTypes: [DiscountTypeID] = []
  var codes: [String: PromoCodeDefinition] = [:]
  var baskets: [BasketID: OpenBasket] = [:]
  var checkouts: [StartedCheckout] = []
  var orders: [OrderID] = []
  var statuses: [OrderStatusID] = []
  var refunds: [RefundID: OrderID] = [:]
  var deliveryStatuses: [DeliveryStatusID] = []
  var salePoints: [SalePointID] = []
  var deliveries: [DeliveryID: SentDelivery] = [:]

  var agents: [UserID] = []
  var tickets: [TicketID: UserID?] = [:]
  /// A ticket whose customer is waited for.
  var waitingTicket: TicketID?
  var ticketOrders: [TicketID: OrderID] = [:]
  var returns: [ReturnID: TicketID] = [:]
  var settledReturns = 0
  var messages: [TicketMessageID: TicketID] = [:]
  var files: [TicketAttachmentID: TicketID] = [:]
  var questions: [QuestionID: UserID] = [:]
  var answers: [AnswerID: QuestionID] = [:]

  var contacts: [ContactID] = []
  var contactTags: [ContactTagID] = []
  /// Whether it is dynamic.
  var contactLists: [ContactListID: Bool] = [:]

  var templates: [EmailTemplateID] = []
  var subscribers: [NewsletterID] = []
  var campaigns: [CampaignID] = []
  var mails: [DeliveryKey] = []

  struct OpenBasket {
    var user: UserID
    var items: [BasketItemID] = []
    var links: [LinkID] = []
  }

  struct SentDelivery {
    var status: DeliveryStatusName
    var isPickup: Bool
  }

  struct StartedCheckout {
    var basket: BasketID
    var user: UserID
    var attempt: Int
    var order: OrderID
  }

  init(log: PostgresEventLog, seed: UInt64) {
    self.log = log
    generator = SplitMix(state: seed)
    // A clock of its own: it goes on by a second with each look, so that times differ and come again with the seed.
    let seconds = Atomic<Int64>(0)
    executor = CommandExecutor(log: log) {
      Timestamp(microseconds: 1_767_225_600_000_000 + seconds.add(1, ordering: .relaxed).newValue * 1_000_000)
    }
  }

  /// Brings the rows that every shop begins with, as far as events refer to them by fixed ids.
  func seedRows() async throws {
    for (id, row) in Permission.defaultRows { try await send(SeedReference<Permission>(id: id, row: row)) }
    for (id, row) in Role.defaultRows { try await send(SeedReference<Role>(id: id, row: row)) }
    for (id, row) in OrderStatus.defaultRows { try await send(SeedReference<OrderStatus>(id: id, row: row)) }
    for (id, row) in DeliveryStatus.defaultRows { try await send(SeedReference<DeliveryStatus>(id: id, row: row)) }
  }

  /// Takes random steps of all sources, each as often as any other.
  func walk(_ count: Int) async throws {
    let sources = Self.sources.sorted { $0.key < $1.key }.map(\.value)
    for _ in 0..<count { try await any(any(sources)!)!(self) }
  }

  /// - Returns: the command's answer; nil when a rule refused it, or a name was taken.
  @discardableResult
  func send<C: Command>(_ command: C) async throws -> C.Answer? {
    do {
      let outcome = try await executor.execute(command)
      accepted += 1
      return outcome.answer
    } catch is any Rejection {
      refused += 1
      return nil
    } catch CommandError.refused {
      refused += 1
      return nil
    }
  }

  // MARK: Chance

  func number(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &generator) }

  func chance(_ percent: Int64) -> Bool { number(1...100) <= percent }

  func any<Element>(_ elements: [Element]) -> Element? { elements.randomElement(using: &generator) }

  /// In order of the keys: a dictionary's own order differs from run to run.
  func any<Key: Comparable, Value>(_ elements: [Key: Value]) -> (key: Key, value: Value)? {
    any(elements.keys.sorted()).map { ($0, elements[$0]!) }
  }

  /// A timer that is not there any more.
  var fired: DueTimer { DueTimer(name: "fired", dueAt: Timestamp(microseconds: 0), payload: [], setting: Position.start) }

  func freshID() -> Int64 {
    lastID += 1
    return lastID
  }

  /// A text nobody else has, now and then with letters of several bytes and what SQL and JSON quote.
  func name(_ kind: String) -> String { "\(kind) \(freshID())" + (any(["", " é", " 'q\"", " \\ 雪", "\t."])!) }
}
