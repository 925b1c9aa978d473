import EventSourcing

/// The categories of products, below each other to any depth (stream `category-tree`). A removed one is gone.
public enum Category: TreeAggregate {
  public typealias ID = CategoryID
  public static let category = "category"
  public static let names = TreeNames("Category", id: "category_id")
}

public typealias AddCategory = AddTreeNode<Category>
public typealias SeedCategory = SeedTreeNode<Category>
public typealias ChangeCategory = ChangeTreeNode<Category>
public typealias RemoveCategory = RemoveTreeNode<Category>
