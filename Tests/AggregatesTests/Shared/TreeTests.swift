import EventSourcing
import EventStoreTesting
import Testing

@testable import Aggregates

@Suite struct TreeTests {
  private func node(_ name: String, under parent: Int64? = nil) -> TreeNode<CategoryID> {
    TreeNode(name: name, parentID: parent.map { CategoryID($0) })
  }

  /// Computers (1) > Laptops (2) > Gaming (3); Audio (4).
  private func scenario() async throws -> Scenario {
    try await Scenario().given(AddCategory(id: CategoryID(1), node: node("Computers")))
      .given(AddCategory(id: CategoryID(2), node: node("Laptops", under: 1)))
      .given(AddCategory(id: CategoryID(3), node: node("Gaming", under: 2)))
      .given(AddCategory(id: CategoryID(4), node: node("Audio")))
  }

  @Test func `a row is added once, below another one or as a root`() async throws {
    let scenario = try await Scenario().when(AddCategory(id: CategoryID(1), node: node("Computers")))
      .then(.added(TreeNodeAdded(id: CategoryID(1), name: "Computers", parentID: nil)), on: Category.self, "tree").andNothingElse().and
    try await scenario.when(AddCategory(id: CategoryID(2), node: node("Laptops", under: 1)))
      .then(.added(TreeNodeAdded(id: CategoryID(2), name: "Laptops", parentID: CategoryID(1))), on: Category.self, "tree")
    try await scenario.when(AddCategory(id: CategoryID(2), node: node("Laptops", under: 1))).thenNothing()
    try await scenario.when(AddCategory(id: CategoryID(2), node: node("Tablets", under: 1)))
      .thenRejected(TreeRejection.alreadyExists(kind: "category", id: 2))
    try await scenario.when(AddCategory(id: CategoryID(9), node: node("Tablets", under: 8)))
      .thenRejected(TreeRejection.invalid(FieldError("id_1", .unknown)))
    try await scenario.when(AddCategory(id: CategoryID(9), node: node("Tablets", under: 9)))
      .thenRejected(TreeRejection.cycle(kind: "category", id: 9))
  }

  @Test func `siblings differ in more than case and accents, cousins need not`() async throws {
    let scenario = try await scenario()
    try await scenario.when(AddCategory(id: CategoryID(5), node: node("LÀPTOPS", under: 1)))
      .thenRejected(TreeRejection.nameTaken(kind: "category", by: 2))
    try await scenario.when(ChangeCategory(id: CategoryID(4)) { $0.name = "computers" })
      .thenRejected(TreeRejection.nameTaken(kind: "category", by: 1))
    try await scenario.when(ChangeCategory(id: CategoryID(3)) { $0.name = "Laptops" })
      .then(.renamed(TreeNodeRenamed(id: CategoryID(3), name: "Laptops")), on: Category.self, "tree")
    // Where it would go, the name is taken.
    try await scenario.when(ChangeCategory(id: CategoryID(3)) { $0.parentID = CategoryID(1) })
      .thenRejected(TreeRejection.nameTaken(kind: "category", by: 2))
    // Its own name in other letters is no other row's.
    try await scenario.when(ChangeCategory(id: CategoryID(1)) { $0.name = "COMPUTERS" })
      .then(.renamed(TreeNodeRenamed(id: CategoryID(1), name: "COMPUTERS")), on: Category.self, "tree")
    // A name that was given up can be taken.
    try await scenario.when(ChangeCategory(id: CategoryID(2)) { $0.name = "Notebooks" })
      .then(.renamed(TreeNodeRenamed(id: CategoryID(2), name: "Notebooks")), on: Category.self, "tree")
    _ = try await scenario.given(AddCategory(id: CategoryID(6), node: node("Laptops", under: 1)))
  }

  @Test func `a row moves with all below it, but never below itself`() async throws {
    let scenario = try await scenario()
    for target in [1, 2, 3] as [Int64] {
      try await scenario.when(ChangeCategory(id: CategoryID(1)) { $0.parentID = CategoryID(target) })
        .thenRejected(TreeRejection.cycle(kind: "category", id: 1))
    }
    try await scenario.when(ChangeCategory(id: CategoryID(2)) { $0.parentID = CategoryID(9) })
      .thenRejected(TreeRejection.invalid(FieldError("id_1", .unknown)))
    try await scenario.when(
      ChangeCategory(id: CategoryID(2)) { node in
        node.name = "Portable"
        node.parentID = CategoryID(4)
      }
    ).then(
      .renamed(TreeNodeRenamed(id: CategoryID(2), name: "Portable")), .moved(TreeNodeMoved(id: CategoryID(2), parentID: CategoryID(4))),
      on: Category.self, "tree")
    // Now it is free to go below what was below it.
    try await scenario.when(ChangeCategory(id: CategoryID(1)) { $0.parentID = CategoryID(3) })
      .then(.moved(TreeNodeMoved(id: CategoryID(1), parentID: CategoryID(3))), on: Category.self, "tree")
    try await scenario.when(ChangeCategory(id: CategoryID(3)) { $0.parentID = nil })
      .then(.moved(TreeNodeMoved(id: CategoryID(3), parentID: nil)), on: Category.self, "tree")
    try await scenario.when(ChangeCategory(id: CategoryID(3)) { $0.parentID = nil }).thenNothing()
    try await scenario.when(ChangeCategory(id: CategoryID(9)) { $0.name = "x" })
      .thenRejected(TreeRejection.notFound(kind: "category", id: 9))
  }

  @Test func `moves at the same time close no ring`() async throws {
    let scenario = try await Scenario()
      .given(AddCategory(id: CategoryID(1), node: node("a"))).given(AddCategory(id: CategoryID(2), node: node("b")))
      .given(AddCategory(id: CategoryID(3), node: node("c")))
    // Executors that know nothing of each other, as in several processes: each of the three moves is right by itself.
    let executors = (0..<3).map { _ in CommandExecutor(log: scenario.log) }
    let refused = await withTaskGroup(of: Bool.self) { group in
      for (index, executor) in executors.enumerated() {
        group.addTask {
          let (id, parent) = (CategoryID(Int64(index) + 1), CategoryID(Int64((index + 1) % 3) + 1))
          do {
            _ = try await executor.execute(ChangeCategory(id: id) { $0.parentID = parent })
            return false
          } catch {
            return error as? TreeRejection == .cycle(kind: "category", id: id.rawValue)
          }
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(refused == 1)
    let tree = try await scenario.state(of: Category.self, "tree")
    #expect(tree.nodes.values.count { $0.parentID == nil } == 1)
  }

  @Test func `a row with others below it, or with products, stays`() async throws {
    let scenario = try await scenario()
    try await scenario.when(RemoveCategory(id: CategoryID(2), usedBy: 0))
      .thenRejected(TreeRejection.inUse(kind: "category", id: 2, children: 1, products: 0))
    try await scenario.when(RemoveCategory(id: CategoryID(3), usedBy: 4))
      .thenRejected(TreeRejection.inUse(kind: "category", id: 3, children: 0, products: 4))
    try await scenario.when(RemoveCategory(id: CategoryID(3), usedBy: 0))
      .then(.removed(TreeNodeRemoved(id: CategoryID(3))), on: Category.self, "tree")
    try await scenario.when(RemoveCategory(id: CategoryID(3), usedBy: 0)).thenNothing()
    try await scenario.when(RemoveCategory(id: CategoryID(9), usedBy: 0)).thenRejected(TreeRejection.notFound(kind: "category", id: 9))
    // The id is not used again, the name may be.
    try await scenario.when(AddCategory(id: CategoryID(3), node: node("Gaming", under: 2)))
      .thenRejected(TreeRejection.alreadyExists(kind: "category", id: 3))
    let with = try await scenario.given(AddCategory(id: CategoryID(5), node: node("Gaming", under: 2)))
    _ = try await with.given(RemoveCategory(id: CategoryID(5), usedBy: 0)).given(RemoveCategory(id: CategoryID(2), usedBy: 0))
  }

  @Test func `seeding again leaves what was changed, moved or removed since`() async throws {
    let scenario = try await Scenario().given(SeedCategory(id: CategoryID(1), node: node("Computers")))
      .given(SeedCategory(id: CategoryID(2), node: node("Audio")))
      .given(ChangeCategory(id: CategoryID(1)) { $0.name = "Machines" }).given(RemoveCategory(id: CategoryID(2), usedBy: 0))
      .given(AddCategory(id: CategoryID(1_000), node: node("Gaming")))
    try await scenario.when(SeedCategory(id: CategoryID(1), node: node("Computers"))).thenNothing()
    try await scenario.when(SeedCategory(id: CategoryID(2), node: node("Audio"))).thenNothing()
    // Somebody made a row of that name himself.
    try await scenario.when(SeedCategory(id: CategoryID(3), node: node("gaming"))).thenNothing()
  }

  @Test(arguments: [
    ("", FieldError.Reason.blank), (String(repeating: "x", count: 256), .tooLong(maximum: 255)), ("a\0", .forbiddenCharacter),
  ])
  func `names have their limits`(name: String, reason: FieldError.Reason) async throws {
    try await Scenario().when(AddCatalog(id: CatalogID(1), node: TreeNode(name: name)))
      .thenRejected(TreeRejection.invalid(FieldError("name", reason)))
  }

  @Test func `default rows have ids from 1 in their order and no parent`() {
    #expect(Category.defaultRows.map(\.id.rawValue) == Array(1...10))
    #expect(Catalog.defaultRows.map(\.row.name).last == "Enterprise")
    #expect(Catalog.defaultRows.allSatisfy { $0.row.parentID == nil })
  }
}
