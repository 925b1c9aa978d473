// swift-tools-version: 6.2
import PackageDescription

/// Settings of every target: strict concurrency, explicit existentials, and imports that say what a file really uses.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "comptoir",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "EventStore", targets: ["EventStore"]),
    .library(name: "EventStoreTesting", targets: ["EventStoreTesting"]),
    .executable(name: "comptoir", targets: ["Comptoir"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.0"),
  ],
  targets: [
    .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
    .systemLibrary(name: "CRabbitMQ", pkgConfig: "librabbitmq", providers: [.apt(["librabbitmq-dev"])]),
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    // Without pkgConfig: the flags of these two hold a definition that packages may not have.
    .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
    .systemLibrary(name: "CGD", providers: [.apt(["libgd-dev"])]),

    // The floors, lowest first. A floor imports only those above it in this list.
    .target(name: "JSON", swiftSettings: settings),
    .target(
      name: "Postgres",
      dependencies: ["CLibPQ", .product(name: "Logging", package: "swift-log")],
      swiftSettings: settings),
    .target(
      name: "PostgresTesting",
      dependencies: ["Postgres", .product(name: "Logging", package: "swift-log")],
      swiftSettings: settings),
    .target(
      name: "Redis", dependencies: ["CHiredis", .product(name: "Logging", package: "swift-log")], swiftSettings: settings),
    .target(
      name: "RabbitMQ",
      dependencies: [
        "CRabbitMQ", .product(name: "DequeModule", package: "swift-collections"), .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings),
    .target(name: "RabbitMQTesting", dependencies: ["RabbitMQ"], swiftSettings: settings),
    .target(
      name: "ObjectStorage",
      dependencies: [
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      swiftSettings: settings),
    .target(
      name: "Mail",
      dependencies: ["CCurl", .product(name: "Logging", package: "swift-log"), .product(name: "NIOPosix", package: "swift-nio")],
      swiftSettings: settings),
    .target(
      name: "ImageResizing", dependencies: ["CGD", .product(name: "NIOPosix", package: "swift-nio")], swiftSettings: settings),
    .target(
      name: "Jobs",
      dependencies: [
        "JSON", "Postgres", .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: settings),
    .target(
      name: "Migrations",
      dependencies: ["Postgres", .product(name: "Crypto", package: "swift-crypto"), .product(name: "Logging", package: "swift-log")],
      swiftSettings: settings),
    .target(
      name: "EventSourcing",
      dependencies: ["JSON", .product(name: "Crypto", package: "swift-crypto")],
      swiftSettings: settings),
    .target(
      name: "EventStore",
      dependencies: [
        "EventSourcing", "JSON", "Postgres",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: settings),
    .target(
      name: "EventStoreTesting",
      dependencies: ["EventSourcing", "JSON"],
      swiftSettings: settings),
    .target(
      name: "Aggregates",
      dependencies: ["EventSourcing", "JSON", .product(name: "HashTreeCollections", package: "swift-collections")],
      swiftSettings: settings),
    .target(
      name: "Projectors",
      dependencies: [
        "Aggregates", "EventSourcing", "EventStore", "JSON", "Migrations", "Postgres",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: settings),
    .target(
      name: "ProcessManagers",
      dependencies: [
        "Aggregates", "EventSourcing", "ImageResizing", "JSON", "Jobs", "Mail", "ObjectStorage", "Postgres",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: settings),
    .target(
      name: "PaymentSandbox",
      dependencies: [
        "Aggregates", "EventSourcing", "JSON", "ProcessManagers",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "SystemPackage", package: "swift-system"),
      ],
      swiftSettings: settings),
    .target(
      name: "Messaging",
      dependencies: [
        "Aggregates", "EventSourcing", "JSON", "Postgres", "ProcessManagers", "RabbitMQ",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: settings),
    .target(
      name: "APIGateway",
      dependencies: [
        "Aggregates", "CArgon2", "EventSourcing", "EventStore", "JSON", "Messaging", "ObjectStorage", "Postgres", "ProcessManagers",
        "Projectors", "RabbitMQ", "Redis",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "JWTKit", package: "jwt-kit"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: settings),
    .target(
      name: "CompleteJourney",
      dependencies: ["Aggregates", "EventSourcing", "EventStore", "JSON", "Postgres"],
      swiftSettings: settings),
    .executableTarget(
      name: "Comptoir",
      dependencies: [
        "APIGateway", "Aggregates", "CompleteJourney", "EventSourcing", "EventStore", "JSON", "Jobs", "Mail", "Messaging", "Migrations",
        "ObjectStorage", "PaymentSandbox", "Postgres", "ProcessManagers", "Projectors", "RabbitMQ", "Redis",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Configuration", package: "swift-configuration"),
        .product(name: "SystemPackage", package: "swift-system"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "Benchmarks",
      dependencies: [
        "APIGateway", "Aggregates", "CRabbitMQ", "EventSourcing", "EventStore", "JSON", "Messaging", "Migrations", "Postgres", "Projectors",
        "RabbitMQ",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Histogram", package: "hdrhistogram-swift"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      path: "Benchmarks",
      exclude: ["Gateway/requests.lua", "plot.py", "rivals"],
      swiftSettings: settings),

    .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: settings),
    .testTarget(
      name: "EventSourcingTests", dependencies: ["EventSourcing", "EventStoreTesting", "JSON"], swiftSettings: settings),
    .testTarget(
      name: "PostgresTests",
      dependencies: ["Postgres", "PostgresTesting", .product(name: "Logging", package: "swift-log")],
      swiftSettings: settings),
    .testTarget(
      name: "RabbitMQTests", dependencies: ["RabbitMQ", "RabbitMQTesting", .product(name: "Logging", package: "swift-log")],
      swiftSettings: settings),
    .testTarget(
      name: "ObjectStorageTests",
      dependencies: [
        "ObjectStorage",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "RedisTests", dependencies: ["Redis", .product(name: "Logging", package: "swift-log")], swiftSettings: settings),
    .testTarget(
      name: "MailTests", dependencies: ["JSON", "Mail", .product(name: "Logging", package: "swift-log")], swiftSettings: settings),
    .testTarget(name: "ImageResizingTests", dependencies: ["CGD", "ImageResizing"], swiftSettings: settings),
    .testTarget(
      name: "JobsTests",
      dependencies: [
        "JSON", "Jobs", "Migrations", "Postgres", "PostgresTesting", .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "MigrationsTests",
      dependencies: ["Migrations", "Postgres", "PostgresTesting", .product(name: "Logging", package: "swift-log")],
      swiftSettings: settings),
    .testTarget(
      name: "EventStoreTests",
      dependencies: [
        "EventSourcing", "EventStore", "EventStoreTesting", "JSON", "Migrations", "Postgres", "PostgresTesting",
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "AggregatesTests",
      dependencies: ["Aggregates", "EventStoreTesting", "JSON"],
      swiftSettings: settings),
    .testTarget(
      name: "ProjectorsTests",
      dependencies: [
        "Aggregates", "EventSourcing", "EventStore", "EventStoreTesting", "JSON", "Migrations", "Postgres", "PostgresTesting", "Projectors",
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "ProcessManagersTests",
      dependencies: [
        "Aggregates", "CGD", "EventSourcing", "EventStoreTesting", "ImageResizing", "JSON", "Jobs", "Mail", "Migrations", "ObjectStorage",
        "PaymentSandbox",
        "Postgres",
        "PostgresTesting",
        "ProcessManagers",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "MessagingTests",
      dependencies: [
        "Aggregates", "EventSourcing", "EventStoreTesting", "JSON", "Messaging", "Migrations", "Postgres", "PostgresTesting",
        "ProcessManagers", "RabbitMQ", "RabbitMQTesting",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "ShopTests",
      dependencies: [
        "Aggregates", "Comptoir", "EventSourcing", "EventStore", "JSON", "Migrations", "Postgres", "PostgresTesting", "ProcessManagers",
        "Projectors",
        "RabbitMQ",
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "APIGatewayTests",
      dependencies: [
        "APIGateway", "Aggregates", "EventSourcing", "EventStore", "EventStoreTesting", "JSON", "Messaging", "Migrations", "ObjectStorage",
        "Postgres", "PostgresTesting", "ProcessManagers", "Projectors", "RabbitMQ", "Redis",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdTesting", package: "hummingbird"),
        .product(name: "JWTKit", package: "jwt-kit"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      swiftSettings: settings),
  ]
)
