import Aggregates

struct ContactImportInput: RouteInput {
  let csv: String

  init(_ fields: inout InputReader) {
    csv = fields.body("csv", .text(1 << 20))
  }
}

struct ContactListExportInput: RouteInput {
  let id: ContactListID
  let export: TableExport.Request

  init(_ fields: inout InputReader) {
    id = fields.path("id", .id(ContactListID.self))
    export = ContactFileRoutes.onList.read(&fields)
  }
}
