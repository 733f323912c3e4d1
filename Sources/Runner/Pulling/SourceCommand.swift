import Foundation
import Playbooks

/// A program whose output are the rows of a source.
struct SourceCommand {
    var words: [String]
    var directory: URL
    var environment: [String: String]
    var patience: TimeSpan

    /// How much of what it complains is kept, in bytes.
    private static let longestComplaint = 300
    /// Microseconds between two looks at whether it is over.
    private static let glance: UInt32 = 20_000

    /// Runs it to its end; its output stands in the file, from the beginning on.
    ///
    /// - Throws: when it cannot be started, fails, or takes longer than it may; it is ended then, with what it started.
    func run(into file: Int32, since: String?, isStopped: () -> Bool) throws {
        try SpooledFile.with { complaints in
            let identifier = try start(file, complaints, since)
            let status = try wait(for: identifier, isStopped: isStopped)
            guard status == 0 else {
                let signal = status & 0x7f
                let what = signal == 0 ? "exit code \((status >> 8) & 0xff)" : "signal \(signal)"
                let said = Self.end(of: complaints)
                throw SourcePull.Failure(
                    description: "\(words[0]) failed with \(what)\(said.isEmpty ? "" : ": \(said)")")
            }
        }
    }

    /// By the search path, as a shell would, in a group of its own.
    private func start(_ file: Int32, _ complaints: Int32, _ since: String?) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, file, 1)
        posix_spawn_file_actions_adddup2(&actions, complaints, 2)
        // Whatever else is open here is nothing to it.
        let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        for descriptor in open.compactMap({ Int32($0) }) where descriptor > 2 {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // It hears signals as it would from a shell, whatever this program does with its own.
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        let variables = environment.merging(since.map { [DataSource.variable: $0] } ?? [:]) { $1 }
        // The shell goes to the folder and becomes the program.
        let shell = ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", directory.path]
        let texts = (shell + words).map { strdup($0) } + [nil]
        let settings = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in texts + settings { free(text) } }
        var identifier: pid_t = 0
        let code = posix_spawn(&identifier, shell[0], &actions, &attributes, texts, settings)
        guard code == 0 else {
            throw SourcePull.Failure(description: "\(words[0]) cannot be started: \(String(cString: strerror(code)))")
        }
        return identifier
    }

    private func wait(for identifier: pid_t, isStopped: () -> Bool) throws -> Int32 {
        var status: Int32 = 0
        let deadline = ContinuousClock.now + .milliseconds(patience.milliseconds)
        while waitpid(identifier, &status, WNOHANG) == 0 {
            let isLate = ContinuousClock.now > deadline
            guard !isLate, !isStopped() else {
                kill(-identifier, SIGKILL)
                while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
                let why = isLate ? "was ended after \(patience)" : "was stopped"
                throw SourcePull.Failure(description: "\(words[0]) \(why)")
            }
            usleep(Self.glance)
        }
        return status
    }

    private static func end(of file: Int32) -> String {
        let size = lseek(file, 0, SEEK_END)
        lseek(file, max(0, size - off_t(longestComplaint)), SEEK_SET)
        var bytes = [UInt8](repeating: 0, count: longestComplaint)
        let count = read(file, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
            .split(whereSeparator: \.isNewline).joined(separator: "; ")
    }
}
