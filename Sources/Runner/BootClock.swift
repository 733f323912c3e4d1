import Foundation
import Playbooks

extension ClockReading {
    /// Which start of the machine this is; the same as long as the process lives.
    private static let boot = ((try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)) ?? "")
        .trimmingCharacters(in: .whitespacesAndNewlines)

    /// The clocks of this machine now.
    package static func now() -> ClockReading {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return ClockReading(
            wall: Clocks.system.processNow(),
            sinceBoot: TimeSpan(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000),
            boot: boot)
    }

    /// As `meta` keeps it: `wall boot id`, and the witness.
    package var text: String {
        "\(wall.milliseconds) \(sinceBoot.milliseconds) \(boot)" + (witness.map { " " + $0 } ?? "")
    }

    package init?(text: String) {
        let parts = text.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 3, let wall = Int64(parts[0]), let since = Int64(parts[1]) else { return nil }
        self.init(
            wall: Instant(milliseconds: wall), sinceBoot: TimeSpan(milliseconds: since), boot: parts[2],
            witness: parts.count > 3 ? parts[3] : nil)
    }
}
