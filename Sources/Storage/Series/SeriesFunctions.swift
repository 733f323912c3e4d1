import CSQLite
import Decisions
import Statistics

/// The SQL functions that read series, registered with every connection.
///
/// `metric_sum`, `metric_min`, `metric_max`, `metric_count`, `metric_active`, `metric_last_active`
/// `(metric_id, account_id, first_day, last_day)` speak of the stored values of the days, both included; sum, min, max and
/// last_active are NULL when there is none. `metric_usage_drop(metric_id, account_id, last_day, created_day, phi, shock
/// [, window, baseline])` is 1, 0 or, while the account is younger than both windows, NULL.
/// `metric_week_variance(metric_id, account_id, first_day, last_day)` is the sample variance of the sums of the weeks.
///
/// A call site loads the window of a block once and answers its accounts from memory, so rows must arrive in the order of
/// accounts: from `account NOT INDEXED`, or from a table keyed by account, joined with CROSS JOIN. The memory hangs on the
/// first argument, which must be a literal or a parameter, and dies with the statement.
enum SeriesFunctions {
    typealias Function = @convention(c) (OpaquePointer?, Int32, UnsafeMutablePointer<OpaquePointer?>?) -> Void

    static func register(on handle: OpaquePointer, reader: SeriesReader) throws {
        let functions: [(String, Int32, Function)] = [
            ("metric_sum", 4, { SeriesFunctions.figure(.sum, $0, $2) }),
            ("metric_min", 4, { SeriesFunctions.figure(.min, $0, $2) }),
            ("metric_max", 4, { SeriesFunctions.figure(.max, $0, $2) }),
            ("metric_count", 4, { SeriesFunctions.figure(.count, $0, $2) }),
            ("metric_active", 4, { SeriesFunctions.figure(.active, $0, $2) }),
            ("metric_last_active", 4, { SeriesFunctions.figure(.lastActive, $0, $2) }),
            ("metric_week_variance", 4, { SeriesFunctions.weekVariance($0, $2) }),
            ("metric_usage_drop", 6, { SeriesFunctions.usageDrop($0, $1, $2) }),
            ("metric_usage_drop", 8, { SeriesFunctions.usageDrop($0, $1, $2) }),
        ]
        for (name, count, function) in functions {
            let code = sqlite3_create_function_v2(
                handle, name, count, SQLITE_UTF8 | SQLITE_DETERMINISTIC, Unmanaged.passRetained(reader).toOpaque(),
                function, nil, nil, release)
            guard code == SQLITE_OK else { throw StorageError(code: code, "SQLite refused the function \(name)") }
        }
    }

    private static func figure(
        _ figure: SeriesFigure, _ context: OpaquePointer?, _ arguments: UnsafeMutablePointer<OpaquePointer?>?
    ) {
        guard let context, let arguments, !hasNull(arguments, 4) else { return sqlite3_result_null(context) }
        let metric = sqlite3_value_int64(arguments[0])
        let account = sqlite3_value_int64(arguments[1])
        let first = sqlite3_value_int64(arguments[2])
        let last = sqlite3_value_int64(arguments[3])
        do {
            var result = figure.empty
            if first <= last, account >= 0 {
                result = try withKept(by: context, { SeriesCache($0, figure) }) {
                    try $0.figure(metric: metric, account: account, days: first...last)
                }
            }
            if result.isNaN {
                sqlite3_result_null(context)
            } else if figure == .sum || figure == .min || figure == .max {
                sqlite3_result_double(context, result)
            } else {
                sqlite3_result_int64(context, Int64(result))
            }
        } catch {
            fail(context, error)
        }
    }

    private static func weekVariance(
        _ context: OpaquePointer?, _ arguments: UnsafeMutablePointer<OpaquePointer?>?
    ) {
        guard let context, let arguments, !hasNull(arguments, 4) else { return sqlite3_result_null(context) }
        let account = sqlite3_value_int64(arguments[1])
        let last = sqlite3_value_int64(arguments[3])
        let (length, overflow) = last.subtractingReportingOverflow(sqlite3_value_int64(arguments[2]))
        guard !overflow, account >= 0, SeriesKey.days.contains(last), (7...longestWindow).contains(length + 1) else {
            return sqlite3_result_null(context)
        }
        do {
            let usage = try withKept(by: context, { UsageCache($0) }) {
                try $0.usage(
                    metric: sqlite3_value_int64(arguments[0]), account: account, lastDay: last,
                    windows: UsageDrop.Windows(current: 0, baseline: Int(length + 1)))
            }
            sqlite3_result_double(context, usage.weekVariance)
        } catch {
            fail(context, error)
        }
    }

    private static func usageDrop(
        _ context: OpaquePointer?, _ count: Int32, _ arguments: UnsafeMutablePointer<OpaquePointer?>?
    ) {
        guard let context, let arguments, !hasNull(arguments, Int(count)) else { return sqlite3_result_null(context) }
        let account = sqlite3_value_int64(arguments[1])
        let last = sqlite3_value_int64(arguments[2])
        let current = count == 8 ? sqlite3_value_int64(arguments[6]) : 14
        let baseline = count == 8 ? sqlite3_value_int64(arguments[7]) : 56
        guard account >= 0, SeriesKey.days.contains(last), (1...longestWindow).contains(current),
            (1...longestWindow).contains(baseline), sqlite3_value_int64(arguments[3]) <= last - (current + baseline) + 1
        else { return sqlite3_result_null(context) }
        do {
            let usage = try withKept(by: context, { UsageCache($0) }) {
                try $0.usage(
                    metric: sqlite3_value_int64(arguments[0]), account: account, lastDay: last,
                    windows: UsageDrop.Windows(current: Int(current), baseline: Int(baseline)))
            }
            let population = UsageDrop.Population(
                phi: sqlite3_value_double(arguments[4]), shock: sqlite3_value_double(arguments[5]))
            sqlite3_result_int(context, usage.holds(in: population) ? 1 : 0)
        } catch {
            fail(context, error)
        }
    }

    /// The longest window of the usage functions, in days.
    private static let longestWindow: Int64 = 3_660

    /// Works with the cache of this call site, which is made at its first call.
    @inline(__always)
    private static func withKept<Cache: AnyObject, Result>(
        by context: OpaquePointer, _ make: (SeriesReader) -> Cache, _ body: (Cache) throws -> Result
    ) rethrows -> Result {
        // The statement keeps the cache alive: counting references would cost a tenth of a match.
        if let pointer = sqlite3_get_auxdata(context, 0) {
            return try Unmanaged<Cache>.fromOpaque(pointer)._withUnsafeGuaranteedRef { try body($0) }
        }
        let cache = make(Unmanaged<SeriesReader>.fromOpaque(sqlite3_user_data(context)).takeUnretainedValue())
        sqlite3_set_auxdata(context, 0, Unmanaged.passRetained(cache).toOpaque(), release)
        return try body(cache)
    }

    private static let release: @convention(c) (UnsafeMutableRawPointer?) -> Void = { pointer in
        if let pointer { Unmanaged<AnyObject>.fromOpaque(pointer).release() }
    }

    private static func hasNull(_ arguments: UnsafeMutablePointer<OpaquePointer?>, _ count: Int) -> Bool {
        for index in 0..<count where sqlite3_value_type(arguments[index]) == SQLITE_NULL { return true }
        return false
    }

    private static func fail(_ context: OpaquePointer, _ error: any Error) {
        let error = error as? StorageError
        sqlite3_result_error(context, error?.message ?? "the series could not be read", -1)
        if let code = error?.code, code != 0 { sqlite3_result_error_code(context, code) }
    }
}
