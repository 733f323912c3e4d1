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
            var days_since_last: Int?
            var gaps_days: [Int]?
        }

        struct Outputs: Decodable {
            var p_drop: Double?
            var p_predictive_lomax: Double?
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
            var daily_values_oldest_first: [[Double]]
        }

        struct Outputs: Decodable {
            var phi_segment: Double
            var shock: Double
            var accounts: [Account]
        }

        struct Account: Decodable {
            var B: Double
            var C: Double
            var phi: Double
            var B_scaled: Double
            var ratio: Double?
            var p: Double?
            var usage_drop: Bool?
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
