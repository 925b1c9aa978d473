import Aggregates
import HTTPTypes
import Postgres

/// Points where parcels are collected.
enum SalePointRoutes {
  static let routes: [Route] =
    [
      .list(
        "/sale-points", "salePoints", "Active sale points by name", in: NoInput.self, access: .everyone,
        from: { $0.reads.deliveries }, SalePointResources.list
      ) { _, _ in [] }.cached { $0.reads.deliveries },
      .whole(
        "/sale-points/nearby", "nearbySalePoints", "Active sale points around a place, the nearest first, at most 100",
        in: NearbyInput.self, access: .everyone, from: { $0.reads.deliveries }, SalePointResources.nearby
      ) { input, _ in
        let box = input.box
        let numbers = [box.latitudes.lowerBound, box.latitudes.upperBound, box.longitudes.lowerBound, box.longitudes.upperBound]
        return [
          .text(DecimalText.text(input.latitude, scale: 8)), .text(DecimalText.text(input.longitude, scale: 8)),
          .text(DecimalText.text(input.radius, scale: 3)),
        ] + numbers.map { .text(DecimalText.text(Int64(($0 * 1e8).rounded()), scale: 8)) }
      },
      .row(
        "/sale-points/{id}", "salePoint", "An active sale point", in: IDInput<SalePointID>.self, access: .everyone,
        from: { $0.reads.deliveries }, SalePointResources.open
      ) { input, _ in [.int64(input.id.rawValue)] }.cached { $0.reads.deliveries },
      .list(
        "/admin/sale-points", "allSalePoints", "All sale points by name", in: NoInput.self, access: .administrators,
        from: { $0.reads.deliveries }, SalePointResources.all
      ) { _, _ in [] },
      .row(
        "/admin/sale-points/statistics", "salePointStatistics", "How many sale points there are, and what waits at each",
        in: NoInput.self, access: .administrators, from: { $0.reads.deliveries }, SalePointResources.statistics
      ) { _, _ in [] },
      .row(
        "/admin/sale-points/{id}", "anySalePoint", "A sale point", in: IDInput<SalePointID>.self, access: .administrators,
        from: { $0.reads.deliveries }, SalePointResources.any
      ) { input, _ in [.int64(input.id.rawValue)] },
    ]
    + ReferenceAdministration<SalePoint, NewSalePoint, SalePointChange>(
      name: "SalePoint", title: "a sale point", path: "/admin/sale-points", idKind: "sale_point",
      location: "/api/v1/deliveries/admin/sale-points", row: { $0.row }, edited: { $0.id }, edit: { input, row in input.apply(to: &row) },
      side: { $0.reads.deliveries }, uses: DeliveryStatements.usesOfSalePoint
    ).routes
}

/// Statuses of deliveries.
enum DeliveryStatusRoutes {
  static let routes: [Route] =
    [
      .whole(
        "/status", "deliveryStatuses", "Statuses of deliveries", in: NoInput.self, access: .everyone,
        from: { $0.reads.deliveries }, DeliveryResources.statuses
      ) { _, _ in [] }.cached { $0.reads.deliveries },
      .whole(
        "/status/statistics", "deliveryStatusStatistics", "How many deliveries are in each status", in: NoInput.self, access: .everyone,
        from: { $0.reads.deliveries }, DeliveryResources.statusCounts
      ) { _, _ in [] },
      .row(
        "/status/{id}", "deliveryStatus", "A status", in: IDInput<DeliveryStatusID>.self, access: .everyone,
        from: { $0.reads.deliveries }, DeliveryResources.oneStatus
      ) { input, _ in [.int64(input.id.rawValue)] }.cached { $0.reads.deliveries },
      .whole(
        "/admin/status", "allDeliveryStatuses", "Statuses of deliveries", in: NoInput.self, access: .administrators,
        from: { $0.reads.deliveries }, DeliveryResources.statuses
      ) { _, _ in [] },
      .whole(
        "/admin/status/statistics", "allDeliveryStatusStatistics", "How many deliveries are in each status", in: NoInput.self,
        access: .administrators(within: .website), from: { $0.reads.deliveries }, DeliveryResources.statusCounts
      ) { _, _ in [] },
      .row(
        "/admin/status/{id}", "anyDeliveryStatus", "A status", in: IDInput<DeliveryStatusID>.self, access: .administrators,
        from: { $0.reads.deliveries }, DeliveryResources.oneStatus
      ) { input, _ in [.int64(input.id.rawValue)] },
    ]
    + ReferenceAdministration<DeliveryStatus, NewDeliveryStatus, DeliveryStatusChange>(
      name: "DeliveryStatus", title: "a delivery status", path: "/admin/status", idKind: "delivery_status",
      location: "/api/v1/deliveries/status", row: { $0.row }, edited: { $0.id },
      edit: { input, row in
        row.name = input.name ?? row.name
        row.color = input.color ?? row.color
        row.description = input.description.applied(to: row.description)
      },
      side: { $0.reads.deliveries }, uses: DeliveryStatements.usesOfStatus
    ).routes
}
