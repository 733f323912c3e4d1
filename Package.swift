// swift-tools-version: 6.1
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .unsafeFlags(["-warnings-as-errors"]),
]
// The optimizer takes longer for tests than it saves while they run.
let settingsOfTests = settings + [.unsafeFlags(["-Onone"], .when(configuration: .release))]

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
// The thread sanitizer sees its locks; those of `Synchronization` it does not.
let locks: Target.Dependency = .product(name: "NIOConcurrencyHelpers", package: "swift-nio")

let package = Package(
    name: "keeptouch",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1.git", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates.git", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(
            name: "CCmark", pkgConfig: "libcmark", providers: [.apt(["libcmark-dev"])]),
        .systemLibrary(
            name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(name: "Basics", dependencies: [locks], swiftSettings: settings),
        .target(name: "Playbooks", dependencies: ["Basics", "CCmark", "Yams", crypto, locks], swiftSettings: settings),
        .target(name: "Statistics", swiftSettings: settings),
        .target(
            name: "Decisions", dependencies: ["Basics", "Playbooks", "Statistics", crypto, locks],
            swiftSettings: settings),
        .target(
            name: "Storage",
            dependencies: ["Basics", "Decisions", "Playbooks", "Statistics", "CPQ", "CSQLite", crypto, locks],
            swiftSettings: settings),
        .target(
            name: "Delivery",
            dependencies: ["Basics", "Playbooks", "CCurl", "CCmark", crypto, locks],
            swiftSettings: settings),
        .target(
            name: "Measure", dependencies: ["Basics", "Decisions", "Storage", "Statistics", "Playbooks"],
            swiftSettings: settings),
        .target(
            name: "Runner",
            dependencies: [
                "Basics", "Decisions", "Storage", "Delivery", "Measure", "Playbooks", "Statistics", locks,
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings),
        .target(
            name: "Web",
            dependencies: [
                "Runner", "Storage", "Decisions", "Delivery", "Measure", "Playbooks", "Basics", crypto, locks,
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTPCompression", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "X509", package: "swift-certificates"),
            ],
            resources: [
                .embedInCode("Dashboard/app.css"), .embedInCode("Dashboard/app.js"), .embedInCode("Dashboard/icon.svg"),
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "keeptouch",
            dependencies: [
                "Runner", "Web", "Measure", "Storage", "Decisions", "Delivery", "Playbooks", "Statistics", "Basics",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings),
        // Measures what the program cannot be timed for from outside; `Benchmarks/run` drives it.
        .executableTarget(
            name: "keeptouch-bench",
            dependencies: [
                "Runner", "Measure", "Storage", "Decisions", "Delivery", "Playbooks", "Statistics", "Basics",
                locks,
            ],
            swiftSettings: settings),
        // What tests share: rounds, inputs that are made to break things, the engine under test.
        .target(
            name: "Reliability", dependencies: ["Storage", "CSQLite", locks], path: "Tests/Reliability",
            swiftSettings: settingsOfTests),
        .testTarget(
            name: "BasicsTests", dependencies: ["Basics"], swiftSettings: settingsOfTests),
        .testTarget(
            name: "PlaybooksTests", dependencies: ["Basics", "Playbooks", "Reliability"], resources: [.copy("Vectors")],
            swiftSettings: settingsOfTests),
        .testTarget(
            name: "StatisticsTests", dependencies: ["Statistics", "Reliability"], resources: [.copy("Vectors")],
            swiftSettings: settingsOfTests),
        .testTarget(
            name: "StorageTests",
            dependencies: ["Storage", "Decisions", "Playbooks", "Statistics", "Reliability", locks],
            resources: [.copy("Vectors")],
            swiftSettings: settingsOfTests),
        .testTarget(
            name: "DecisionsTests", dependencies: ["Decisions", "Playbooks", "Statistics"],
            swiftSettings: settingsOfTests),
        .testTarget(
            name: "DeliveryTests", dependencies: ["Basics", "Delivery", "Playbooks", "Reliability", crypto, locks],
            resources: [.copy("Providers")],
            swiftSettings: settingsOfTests),
        .testTarget(
            name: "RunnerTests",
            dependencies: [
                "Basics", "Runner", "Measure", "Storage", "Decisions", "Delivery", "Playbooks", "Statistics",
                "Reliability",
                locks,
            ],
            swiftSettings: settingsOfTests),
        .testTarget(
            name: "MeasureTests",
            dependencies: ["Measure", "Storage", "Decisions", "Statistics", "Playbooks", "Reliability"],
            swiftSettings: settingsOfTests),
        .testTarget(
            name: "WebTests",
            dependencies: [
                "Basics", "Web", "Runner", "Storage", "Delivery", "Playbooks", "Reliability", crypto, locks,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            resources: [.copy("Providers")],
            swiftSettings: settingsOfTests),
        .testTarget(
            name: "KeeptouchTests",
            dependencies: ["keeptouch", "Measure", "Playbooks", "Storage", "Statistics", "Reliability", locks],
            swiftSettings: settingsOfTests),
        .testTarget(
            name: "DocsTests", dependencies: ["keeptouch", "Playbooks", "Reliability"], swiftSettings: settingsOfTests),
        .testTarget(
            name: "EndToEndTests", dependencies: ["keeptouch", "Playbooks", "Reliability", "CSQLite", locks],
            resources: [.copy("Faults"), .copy("Peers")],
            swiftSettings: settingsOfTests),
    ]
)
