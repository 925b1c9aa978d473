import EventSourcing
import JSON

/// What other services hear of baskets and promo codes.
public enum BasketMessages {
  public static let all: [MessageTranslation] = baskets + codes + MessageTranslation.reference(DiscountType.self, "baskets.type")

  private static let baskets: [MessageTranslation] = [
    MessageTranslation(BasketOpened.self, "baskets.basket.created") { json, basket, event in
      json.field("basket_id", basket.basketID)
      json.field("user_id", basket.userID)
      json.field("website_id", basket.websiteID)
      json.field("amount", Cents.zero)
      json.field("created_at", event.occurredAt)
    },
    MessageTranslation(BasketItemAdded.self, "baskets.item.added", type: "basket.item_added") { json, item, _ in
      json.field("basket_id", item.basketID)
      json.field("user_id", item.userID)
      json.field("basket_item_id", item.itemID)
      json.field("product_id", item.productID)
      json.field("quantity", item.quantity)
      json.field("added", item.added)
      json.field("unit_price", item.priceHT)
      json.field("new_subtotal", item.subtotal)
      json.field("new_amount", item.amount)
    },
    MessageTranslation(BasketItemQuantityChanged.self, "baskets.item.quantity_changed", type: "basket.item_quantity_changed") {
      json, item, _ in
      json.field("basket_id", item.basketID)
      json.field("user_id", item.userID)
      json.field("basket_item_id", item.itemID)
      json.field("product_id", item.productID)
      json.field("quantity", item.quantity)
      json.field("unit_price", item.priceHT)
      json.field("new_subtotal", item.subtotal)
      json.field("new_amount", item.amount)
    },
    MessageTranslation(BasketItemRemoved.self, "baskets.item.removed", type: "basket.item_removed") { json, item, _ in
      json.field("basket_id", item.basketID)
      json.field("user_id", item.userID)
      json.field("basket_item_id", item.itemID)
      json.field("product_id", item.productID)
      json.field("quantity", item.quantity)
      json.field("reason", name: item.reason)
      json.field("new_subtotal", item.subtotal)
      json.field("new_amount", item.amount)
    },
    MessageTranslation(PromoCodeApplied.self, "baskets.promo_code.applied") { json, applied, _ in
      json.field("basket_id", applied.basketID)
      json.field("user_id", applied.userID)
      json.field("promo_code_id", applied.promoCodeID)
      json.field("code", applied.code)
      json.field("new_subtotal", applied.subtotal)
      json.field("new_amount", applied.amount)
    },
    MessageTranslation(PromoCodeTakenOff.self, "baskets.promo_code.taken_off"),
    MessageTranslation(BasketCleared.self, "baskets.basket.cleared"),
    MessageTranslation(BasketDeleted.self, "baskets.basket.deleted", adding: { $0.field("deleted_at", $1) }),
    MessageTranslation(CheckoutStarted.self, "baskets.checkout.initiated", type: "basket.checkout_initiated") { json, checkout, _ in
      json.field("basket_id", checkout.basketID)
      json.field("user_id", checkout.userID)
      json.field("website_id", checkout.websiteID)
      json.field("attempt", checkout.attempt)
      json.field("order_id", checkout.orderID)
      json.field("order_number", checkout.orderNumber)
      json.field("payment_method", name: checkout.paymentMethod)
      json.array("items", checkout.lines) { json, line in
        json.field("product_id", line.productID)
        json.field("quantity", line.quantity)
        json.field("unit_price_ht", line.unitPriceHT)
        json.field("vat_rate", line.vatRate)
      }
      json.field("promo_codes", checkout.codes.map(\.code))
      // Before the discount, unlike an order's.
      json.field("total_amount_ht", checkout.totals.subtotalHT)
      json.field("total_discount", checkout.totals.totalDiscount)
      json.field("vat_amount", checkout.totals.totalVAT)
      json.field("total_amount_ttc", checkout.totals.totalTTC)
      json.field("billing_address_id", checkout.billingAddressID)
      json.field("shipping_address_id", checkout.shippingAddressID)
    },
    MessageTranslation(BasketReopened.self, "baskets.basket.reopened"),
    MessageTranslation(BasketMerged.self, "baskets.basket.merged"),
  ]

  private static let codes: [MessageTranslation] = [
    MessageTranslation(PromoCodeAdded.self, "baskets.promo_code.created") { json, added, _ in write(added.code, added.definition, &json) },
    MessageTranslation(PromoCodeChanged.self, "baskets.promo_code.updated") { json, changed, _ in
      write(changed.code, changed.definition, &json)
    },
    MessageTranslation(PromoCodeDeleted.self, "baskets.promo_code.deleted"),
    MessageTranslation(PromoClaimed.self, "baskets.promo_code.claimed"),
    MessageTranslation(PromoRedeemed.self, "baskets.promo_code.redeemed"),
    MessageTranslation(PromoReleased.self, "baskets.promo_code.released"),
    MessageTranslation(PromoUseImported.self, "baskets.promo_code.use_imported"),
  ]

  private static func write(_ code: String, _ definition: PromoCodeDefinition, _ json: inout JSONWriter) {
    json.field("promo_code_id", definition.promoCodeID)
    json.field("code", code)
    json.field("name", definition.name)
    json.field("discount_type", name: definition.kind)
    // Hundredths of a percent or of a euro: two decimals either way.
    json.field("discount", Cents(definition.discount))
    json.field("type_id", definition.typeID)
    json.field("valid_from", definition.validFrom)
    json.field("valid_until", definition.validUntil)
    json.field("min_order_amount", definition.minOrderAmount)
    json.field("max_discount", definition.maxDiscount)
    json.field("max_usage", definition.maxUsage)
    json.field("max_usage_per_user", definition.maxUsagePerUser)
    json.field("combinable", definition.combinable)
    json.field("product_ids", definition.productIDs)
    json.field("category_ids", definition.categoryIDs)
  }
}
