import Foundation

/// How long the threads of a delivery have been on a processor, in seconds.
struct ThreadTimes: Encodable {
    var writer = 0.0
    var transport = 0.0
    var rendering = 0.0

    /// Of the threads that live, by their names: Dispatch calls those of a queue of one's own after `overcommit`.
    static func now() throws -> ThreadTimes {
        let tasks = "/proc/self/task"
        var times = ThreadTimes()
        for task in try FileManager.default.contentsOfDirectory(atPath: tasks) {
            // A thread may end meanwhile.
            guard let name = try? String(contentsOfFile: "\(tasks)/\(task)/comm", encoding: .utf8),
                let figures = try? String(contentsOfFile: "\(tasks)/\(task)/schedstat", encoding: .utf8),
                let nanoseconds = figures.split(separator: " ").first.flatMap({ Double($0) })
            else { continue }
            switch name {
            case _ where name.hasPrefix("transport"): times.transport += nanoseconds / 1e9
            case _ where name.contains("overcommit"): times.rendering += nanoseconds / 1e9
            default: times.writer += nanoseconds / 1e9
            }
        }
        return times
    }
}
