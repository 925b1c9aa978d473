import EventSourcing

/// The catalogues of products, below each other to any depth (stream `catalog-tree`). Deleted ones are kept for history; their names can be
/// given again.
public enum Catalog: TreeAggregate {
  public typealias ID = CatalogID
  public static let category = "catalog"
  public static let names = TreeNames("Catalog", id: "catalog_id", keepsRow: true)
}

public typealias AddCatalog = AddTreeNode<Catalog>
public typealias SeedCatalog = SeedTreeNode<Catalog>
public typealias ChangeCatalog = ChangeTreeNode<Catalog>
public typealias RemoveCatalog = RemoveTreeNode<Catalog>
