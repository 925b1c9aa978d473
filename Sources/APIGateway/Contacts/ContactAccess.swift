import Aggregates

/// Who may do what with contacts.
enum ContactAccess {
  static let view = Access.permission(.contactsView)
  static let create = Access.permission(.contactsCreate)
  static let update = Access.permission(.contactsUpdate)
  static let delete = Access.permission(.contactsDelete)
  static let lists = Access.permission(.listsManage)
  static let tags = Access.permission(.tagsManage)
  static let export = Access.permission(.contactsExport)
  static let `import` = Access.permission(.contactsImport)
}
