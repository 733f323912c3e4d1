import Foundation
import Testing

/// The reference numbers that were made with scipy, mpmath and statsmodels.
enum Vectors {
    struct Triggers: Decodable {
        var cases: [Case]

        struct Case: Decodable {
            var section: String
            var `case`: String
            var inputs: Inputs
            var outputs: Outputs
        }

        /// The fields of the sections that are read here; others are left out.
        struct Inputs: Decodable {
            var current_count: Double?
            var baseline_count: Double?
            var current_days: Double?
            var baseline_days: Double?
            var phi: Double?
        }

        struct Outputs: Decodable {
            var p_drop: Double?
        }
    }

    struct UsageDrops: Decodable {
        var cases: [Case]

        struct Case: Decodable {
            var `case`: String
            var inputs: Inputs
            var outputs: Outputs
        }

        struct Inputs: Decodable {
            var window: Int
            var baseline: Int
            var daily_values_oldest_first: [[Double]]
        }

        struct Outputs: Decodable {
            var unit: Double
            var scatter: Double
            var shock: Double
            var limit: Double
            var strict_limit: Double
            var accounts: [Account]
        }

        struct Account: Decodable {
            var C: Double
            var B: Double
            var dispersion: Double
            var days: Int
            var expected: Double
            var phi: Double
            var p: Double
            var drop: Bool
            var strict: Bool
        }
    }

    static func read<T: Decodable>(_ name: String, as type: T.Type = T.self) throws -> T {
        let url = try #require(Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Vectors"))
        return try JSONDecoder().decode(T.self, from: Data(contentsOf: url))
    }
}

/// Whether two numbers agree to a share of the second.
func isClose(_ value: Double, _ expected: Double, to share: Double = 1e-9) -> Bool {
    value == expected || abs(value - expected) <= share * abs(expected)
}
