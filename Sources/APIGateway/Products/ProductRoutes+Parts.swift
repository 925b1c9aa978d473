import Aggregates
import EventSourcing
import HTTPTypes
import Postgres

/// What products consist of, and its administration. Parts are written on their product's stream, so `If-Match` names its version.
extension ProductRoutes {
  static let parts: [Route] =
    below(
      "attributes", AttributeID.self, ("attributes", "A product's variants", ProductResources.attributes),
      ("attribute", "A variant of a product", ProductResources.oneAttribute))
    + below(
      "characteristics", CharacteristicID.self,
      ("characteristics", "A product's characteristics", ProductResources.characteristics),
      ("characteristic", "A characteristic of a product", ProductResources.oneCharacteristic))
    + below(
      "images", ImageID.self, ("images", "A product's images in their order", ProductResources.images),
      ("image", "An image of a product", ProductResources.oneImage))

  /// A product's parts of one kind, and each of them; with their operation ids and summaries.
  private static func below<ID: PartID>(
    _ name: String, _ id: ID.Type, _ all: (operation: String, summary: String, query: WholeQuery),
    _ one: (operation: String, summary: String, query: RowQuery)
  ) -> [Route] {
    [
      .whole(
        "/products/{id}/\(name)", all.operation, all.summary, in: IDInput<ProductID>.self, access: .everyone,
        from: { $0.reads.products }, all.query
      ) { input, _ in [.int64(input.id.rawValue)] },
      .row(
        "/products/{id}/\(name)/{\(ID.parameter)}", one.operation, one.summary, in: PartInput<ID>.self, access: .everyone,
        from: { $0.reads.products }, one.query
      ) { input, _ in [.int64(input.id.rawValue), .int64(input.productID.rawValue)] },
    ]
  }

  static let partAdministration = attributeAdministration + characteristicAdministration + imageAdministration

  private static let attributeAdministration: [Route] = [
    Route(
      .post, "/admin/products/{id}/attributes", "addAttribute", "Offers a variant of a product", in: NewAttribute.self,
      out: Schema.reference.asData, status: 201, access: .administrators(within: .website), idempotency: .optional,
      problems: [.alreadyTaken, .unknownReference, .ruleViolated, .stateConflict]
    ) { input, call in
      let id = AttributeID(try await call.nextID("attribute"))
      let command = AddAttribute(productID: input.productID, attributeID: id, attribute: input.attribute)
      let outcome = try await call.execute(command, within: Product.self, input.productID)
      let made = outcome.answer?.id ?? id
      return .reference(outcome, made, location: "/api/v1/products/products/\(input.productID)/attributes/\(made)")
    },
    Route(
      .put, "/admin/products/{id}/attributes/{attribute_id}", "replaceAttribute", "Changes a variant", in: AttributeChange.self,
      out: Schema.reference.asData, access: .administrators(within: .website), idempotency: .none, precondition: .ifMatch,
      problems: [.alreadyTaken, .unknownReference], handler: change),
    Route(
      .patch, "/admin/products/{id}/attributes/{attribute_id}", "changeAttribute", "Changes fields of a variant",
      in: AttributeChange.self, out: Schema.reference.asData, access: .administrators(within: .website), idempotency: .none,
      precondition: .ifMatch,
      problems: [.alreadyTaken, .unknownReference], handler: change),
    Route(
      .post, "/admin/products/{id}/attributes/{attribute_id}/stock", "adjustAttributeStock", "Sets, raises or lowers a variant's stock",
      in: AttributeStockChange.self, out: Schema.reference.asData, access: .administrators(within: .website), idempotency: .optional,
      problems: [.insufficientStock]
    ) { input, call in
      let command = AdjustAttributeStock(productID: input.productID, attributeID: input.id, input.operation)
      return .reference(try await call.execute(command, within: Product.self, input.productID), input.id)
    },
    Route(
      .delete, "/admin/products/{id}/attributes/{attribute_id}", "removeAttribute", "Offers a variant no longer",
      in: PartInput<AttributeID>.self, out: nil, status: 204, access: .administrators(within: .website), idempotency: .none,
      precondition: .ifMatch,
      problems: []
    ) { input, call in
      let command = RemoveAttribute(productID: input.productID, attributeID: input.id)
      return .command(try await call.execute(command, ifMatch: Product.self, input.productID))
    },
  ]

  private static let characteristicAdministration: [Route] = [
    Route(
      .post, "/admin/products/{id}/characteristics", "addCharacteristic", "Tells something about a product", in: NewCharacteristic.self,
      out: Schema.reference.asData, status: 201, access: .administrators(within: .website), idempotency: .optional,
      problems: [.alreadyTaken, .unknownReference, .ruleViolated, .stateConflict]
    ) { input, call in
      let id = CharacteristicID(try await call.nextID("characteristic"))
      let command = AddCharacteristic(productID: input.productID, characteristicID: id, characteristic: input.characteristic)
      let outcome = try await call.execute(command, within: Product.self, input.productID)
      let made = outcome.answer?.id ?? id
      return .reference(outcome, made, location: "/api/v1/products/products/\(input.productID)/characteristics/\(made)")
    },
    Route(
      .put, "/admin/products/{id}/characteristics/{characteristic_id}", "replaceCharacteristic", "Changes a characteristic",
      in: CharacteristicChange.self, out: Schema.reference.asData, access: .administrators(within: .website), idempotency: .none,
      precondition: .ifMatch,
      problems: [.alreadyTaken, .unknownReference], handler: change),
    Route(
      .patch, "/admin/products/{id}/characteristics/{characteristic_id}", "changeCharacteristic", "Changes fields of a characteristic",
      in: CharacteristicChange.self, out: Schema.reference.asData, access: .administrators(within: .website), idempotency: .none,
      precondition: .ifMatch,
      problems: [.alreadyTaken, .unknownReference], handler: change),
    Route(
      .delete, "/admin/products/{id}/characteristics/{characteristic_id}", "removeCharacteristic", "Removes a characteristic",
      in: PartInput<CharacteristicID>.self, out: nil, status: 204, access: .administrators(within: .website), idempotency: .none,
      precondition: .ifMatch,
      problems: []
    ) { input, call in
      let command = RemoveCharacteristic(productID: input.productID, characteristicID: input.id)
      return .command(try await call.execute(command, ifMatch: Product.self, input.productID))
    },
  ]

  private static let imageAdministration: [Route] = [
    Route(
      .put, "/admin/products/{id}/images", "reorderImages", "Puts all images of a product in an order", in: ImageOrder.self,
      out: Schema.reference.asData, access: .administrators(within: .website), idempotency: .none, precondition: .ifMatch,
      problems: [.unknownReference]
    ) { input, call in
      let command = ReorderImages(productID: input.productID, imageIDs: input.imageIDs)
      return .reference(try await call.execute(command, ifMatch: Product.self, input.productID), input.productID)
    },
    Route(
      .patch, "/admin/products/{id}/images/{image_id}", "changeImage", "Changes what an image is for, its description or its place",
      in: ImageChange.self, out: Schema.reference.asData, access: .administrators(within: .website), idempotency: .none,
      precondition: .ifMatch, problems: []
    ) { input, call in
      let command = ChangeImage(productID: input.productID, imageID: input.id) { image in
        image.type = input.type ?? image.type
        image.altText = input.altText.applied(to: image.altText)
        image.position = input.position ?? image.position
      }
      return .reference(try await call.execute(command, ifMatch: Product.self, input.productID), input.id)
    },
    Route(
      .delete, "/admin/products/{id}/images/{image_id}", "removeImage", "Removes an image", in: PartInput<ImageID>.self, out: nil,
      status: 204, access: .administrators(within: .website), idempotency: .none, precondition: .ifMatch, problems: []
    ) { input, call in
      let command = RemoveImage(productID: input.productID, imageID: input.id)
      return .command(try await call.execute(command, ifMatch: Product.self, input.productID))
    },
  ]

  @Sendable private static func change(_ input: AttributeChange, _ call: Call) async throws -> Reply {
    let command = ChangeAttribute(productID: input.productID, attributeID: input.id) { attribute in
      attribute.value = input.value ?? attribute.value
      attribute.groupID = input.groupID.applied(to: attribute.groupID)
    }
    return .reference(try await call.execute(command, ifMatch: Product.self, input.productID), input.id)
  }

  @Sendable private static func change(_ input: CharacteristicChange, _ call: Call) async throws -> Reply {
    let command = ChangeCharacteristic(productID: input.productID, characteristicID: input.id) { characteristic in
      characteristic.value = input.value ?? characteristic.value
      characteristic.relatedID = input.relatedID.applied(to: characteristic.relatedID)
    }
    return .reference(try await call.execute(command, ifMatch: Product.self, input.productID), input.id)
  }
}
