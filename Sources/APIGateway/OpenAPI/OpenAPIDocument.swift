import Aggregates
import HTTPTypes
import JSON

/// The OpenAPI 3.1 document, made of the same declarations that answer the requests.
enum OpenAPIDocument {
  static func make(_ groups: [RouteGroup], rootRoutes: [Route]) -> JSONValue {
    var paths: [(key: String, value: JSONValue)] = []
    var components = Problem.schema.components
    func add(_ path: String, _ route: Route, tag: String, isDeprecated: Bool, number: Int) {
      let index = paths.firstIndex { $0.key == path } ?? paths.endIndex
      if index == paths.endIndex { paths.append((path, .object([]))) }
      paths[index].value[route.method.rawValue.lowercased()] = operation(
        route, id: number == 0 ? route.operation : "\(route.operation)Alias\(number)", tag: tag, isDeprecated: isDeprecated)
      if let output = route.output { components.merge(output.components) { $1 } }
      for (_, schema) in route.input.body { components.merge(schema.components) { $1 } }
    }
    for route in rootRoutes {
      for (number, path) in ([route.path] + route.aliases).enumerated() {
        add(path, route, tag: "gateway", isDeprecated: false, number: number)
      }
    }
    for group in groups {
      for route in group.routes {
        for (number, mount) in group.mounts(of: route).enumerated() {
          add(mount.path, route, tag: group.service, isDeprecated: mount.isDeprecated, number: number)
        }
      }
    }
    return [
      "openapi": "3.1.0",
      "info": [
        "title": "Comptoir", "version": "1.0.0",
        "description":
          "Commands answer with the position of what they wrote (Comptoir-Position); queries can ask for at least that position (Comptoir-Min-Position).",
      ],
      "servers": [["url": "/"]],
      "paths": .object(paths),
      "components": [
        "schemas": .object(components.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value) }),
        "securitySchemes": ["bearer": ["type": "http", "scheme": "bearer", "bearerFormat": "JWT"]],
      ],
    ]
  }

  private static func operation(_ route: Route, id: String, tag: String, isDeprecated: Bool) -> JSONValue {
    var result: JSONValue = ["operationId": .string(id), "summary": .string(route.summary), "tags": [.string(tag)]]
    if isDeprecated { result["deprecated"] = true }
    switch route.access {
    case .everyone: result["security"] = []
    case .bearer: result["security"] = [["bearer": []]]
    case .roles(let roles, let scope):
      result["security"] = [["bearer": []]]
      result["description"] = .string("Only for the roles \(roles.map(\.rawValue).joined(separator: ", "))\(place(scope)).")
    case .permission(let permission, let scope):
      result["security"] = [["bearer": []]]
      result["description"] = .string("Only with the permission \(permission.rawValue)\(place(scope)).")
    }
    let parameters = parameters(route)
    if !parameters.isEmpty { result["parameters"] = .array(parameters) }
    if route.hasBody {
      var content: JSONValue = ["application/json": ["schema": Schema.object(fields: route.input.body).json]]
      if route.method == .patch { content["application/merge-patch+json"] = content["application/json"]! }
      result["requestBody"] = ["required": .bool(route.input.isBodyRequired), "content": content]
    }
    result["responses"] = responses(route)
    return result
  }

  /// Where a right must be held.
  private static func place(_ scope: RightsScope) -> String {
    switch scope {
    case .platform: ""
    case .website: ", on the platform or within the website that is asked"
    }
  }

  private static func parameters(_ route: Route) -> [JSONValue] {
    func parameter(_ name: String, _ place: String, _ schema: JSONValue, required: Bool, description: String? = nil) -> JSONValue {
      var value: JSONValue = ["name": .string(name), "in": .string(place), "required": .bool(required), "schema": schema]
      if let description { value["description"] = .string(description) }
      return value
    }
    var list = route.input.path.map { parameter($0.name, "path", $0.schema.json, required: true) }
    for query in route.input.query {
      var value = parameter(query.name, "query", query.schema.json, required: query.isRequired)
      if query.isDeprecated { value["deprecated"] = true }
      // Lists are written `a,b`, not `name=a&name=b`.
      if query.schema.json["type"]?.stringValue == "array" {
        value["style"] = "form"
        value["explode"] = false
      }
      list.append(value)
    }
    if route.idempotency != .none {
      list.append(
        parameter(
          "Idempotency-Key", "header", ["type": "string", "minLength": 1, "maxLength": 255], required: route.idempotency == .compulsory,
          description: "The same key is carried out once; a repetition gets the stored answer."))
    }
    if route.precondition == .ifMatch {
      list.append(
        parameter("If-Match", "header", Schema.text.json, required: true, description: "The strong entity tag of what is changed, or *."))
    }
    if route.isQuery {
      list.append(
        parameter(
          "Comptoir-Min-Position", "header", Schema.integer.with("minimum", 0).json, required: false,
          description: "The answer is at least as new as this position."))
      list.append(
        parameter("Prefer", "header", Schema.text.json, required: false, description: "wait=n: seconds to wait for that position."))
    }
    return list
  }

  private static func responses(_ route: Route) -> JSONValue {
    var headers: JSONValue = ["X-Request-Id": ["schema": ["type": "string"]]]
    if route.isQuery || route.idempotency != .none { headers["Comptoir-Position"] = ["schema": ["type": "integer"]] }
    if route.isQuery { headers["ETag"] = ["schema": ["type": "string"]] }
    var success: JSONValue = ["description": .string(route.summary), "headers": headers]
    var content = route.output.map { [(key: "application/json", value: ["schema": $0.json] as JSONValue)] } ?? []
    content += route.media.map { (key: $0, value: .object([])) }
    if !content.isEmpty { success["content"] = .object(content) }
    var all: [(Int, JSONValue)] = [(route.success, success)]
    if route.isQuery { all.append((304, ["description": "Not modified"])) }
    for (status, codes) in Dictionary(grouping: route.allProblems, by: \.status) {
      let text = codes.map(\.rawValue).sorted().joined(separator: ", ")
      all.append(
        (
          status,
          [
            "description": .string(text),
            "content": ["application/problem+json": ["schema": Problem.schema.json]],
          ]
        ))
    }
    return .object(all.sorted { $0.0 < $1.0 }.map { (key: String($0.0), value: $0.1) })
  }
}
