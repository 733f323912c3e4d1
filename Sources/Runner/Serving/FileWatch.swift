package import Foundation

/// Notices that a workspace's files have changed, once they have come to rest.
package struct FileWatch {
    private let folder: URL
    private var taken: FileStamp
    private var last: FileStamp
    private var looked = ContinuousClock.now

    /// Somebody may be in the middle of changing many files, of which some are missing for a moment.
    private static let restFor = Duration.seconds(1)
    private static let patience = Duration.seconds(5)
    private var again: ContinuousClock.Instant?

    package init(_ folder: URL) {
        self.folder = folder
        taken = FileStamp(of: folder)
        last = taken
    }

    /// Whether the files are other ones than when this was last true, and stay as they are; looks once a second.
    package mutating func haveChanged() -> Bool {
        guard looked.duration(to: .now) >= Self.restFor else { return false }
        looked = .now
        let stamp = FileStamp(of: folder)
        defer { last = stamp }
        let isAsked = again.map { $0 <= .now } ?? false
        guard stamp == last, stamp != taken || isAsked else { return false }
        (taken, again) = (stamp, nil)
        return true
    }

    /// Takes the files for changed after a while, for some could not be read: nothing else tells when they can be.
    package mutating func lookAgain() { again = .now + Self.patience }
}
