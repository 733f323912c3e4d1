import Foundation
import NIOConcurrencyHelpers
import Reliability

/// The built program, driven as a person would drive it.
enum Program {
    struct Outcome {
        /// What it exited with; 128 and the signal's number when a signal ended it.
        var code: Int32
        var output: String
        var complaints: String

        /// What it printed as one JSON object.
        func object() throws -> [String: Any] {
            let object = try JSONSerialization.jsonObject(with: Data(output.utf8))
            guard let object = object as? [String: Any] else {
                throw HarnessError("not an object: \(output.prefix(200))")
            }
            return object
        }
    }

    static let path = ProgramUnderTest.path

    /// Runs a command from its start to its end.
    static func run(_ arguments: [String], in folder: URL, environment: [String: String] = [:]) throws -> Outcome {
        try RunningProgram(arguments, in: folder, environment: environment).wait()
    }
}

/// Why a test could not be carried out.
struct HarnessError: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) {
        self.description = description
    }
}

/// What has been started and not waited for; the end of the tests kills it, for it would keep ports and pipes.
private final class ProgramsUnderWay: Sendable {
    private static let identifiers = NIOLockedValueBox<Set<pid_t>>([])

    init() {
        atexit { ProgramsUnderWay.identifiers.withLockedValue { for identifier in $0 { kill(identifier, SIGKILL) } } }
    }

    func insert(_ identifier: pid_t) { Self.identifiers.withLockedValue { _ = $0.insert(identifier) } }

    func remove(_ identifier: pid_t) { Self.identifiers.withLockedValue { _ = $0.remove(identifier) } }
}

/// A command that is under way.
///
/// One that has not ended after half an hour is killed, so that a hang is a failure and no test waits for ever. It is long, for a
/// test that has started one may wait for those beside it until all of them are nearly through.
final class RunningProgram {
    /// Held while a program starts or a pipe is made, so that no program inherits an end of another's pipe.
    static let starting = NSLock()
    private static let underWay = ProgramsUnderWay()

    let identifier: pid_t
    private let capture: URL
    private let patience: DispatchWorkItem

    /// - Parameters:
    ///   - other: a program that is not Keeptouch.
    ///   - descriptors: how many it may have open; as many as the test when it is left out.
    ///   - output, complaints: descriptors for stdout and stderr; files that `wait` reads when they are left out.
    init(
        _ arguments: [String], of other: String? = nil, in folder: URL, environment: [String: String] = [:],
        descriptors: Int? = nil, output: Int32? = nil, complaints: Int32? = nil
    ) throws {
        // Only a debug build writes its statements down.
        let own = environment["KEEPTOUCH_SQL_LOG"] == nil ? Program.path : ProgramUnderTest.besideTests
        let program = other ?? own
        capture = FileManager.default.temporaryDirectory.appendingPathComponent("keeptouch-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: capture, withIntermediateDirectories: true)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        for (number, given, name) in [(1, output, "output"), (2, complaints, "complaints")] as [(Int32, Int32?, String)]
        {
            if let given {
                posix_spawn_file_actions_adddup2(&actions, given, number)
            } else {
                let file = capture.appendingPathComponent(name).path
                posix_spawn_file_actions_addopen(&actions, number, file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
            }
        }
        let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        // The shell goes to the folder and becomes the program.
        // Descriptors of the tests beside it would count for its limit.
        let close = "for d in /proc/self/fd/*; do ((${d##*/} > 2)) && eval \"exec ${d##*/}>&-\"; done"
        let limit = descriptors.map { "{ \(close); ulimit -n \($0); } && " } ?? ""
        let shell = ["/bin/bash", "-c", "cd \"$0\" && \(limit)exec \"$@\"", folder.path, program]
        let words = (shell + arguments).map { strdup($0) } + [nil]
        let settings = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + settings { free(text) } }
        var identifier: pid_t = 0
        let code = Self.starting.withLock { posix_spawn(&identifier, shell[0], &actions, nil, words, settings) }
        guard code == 0 else { throw HarnessError("cannot start \(program): \(String(cString: strerror(code)))") }
        self.identifier = identifier
        Self.underWay.insert(identifier)
        let patience = DispatchWorkItem { [identifier] in kill(identifier, SIGKILL) }
        self.patience = patience
        DispatchQueue.global().asyncAfter(deadline: .now() + 1_800, execute: patience)
    }

    func signal(_ number: Int32) {
        kill(identifier, number)
    }

    /// Stops it where it is; on return none of its threads runs.
    func freeze() {
        signal(SIGSTOP)
        var info = siginfo_t()
        // Its end is left for `wait` to see.
        waitid(P_PID, id_t(identifier), &info, WSTOPPED | WEXITED | WNOWAIT)
    }

    /// Its end is left for `wait` to see.
    var hasEnded: Bool {
        var info = siginfo_t()
        return waitid(P_PID, id_t(identifier), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_signo == SIGCHLD
    }

    /// Waits for its end and reads what it printed.
    @discardableResult
    func wait() -> Program.Outcome {
        var status: Int32 = 0
        while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
        Self.underWay.remove(identifier)
        patience.cancel()
        func text(_ name: String) -> String {
            let data = FileManager.default.contents(atPath: capture.appendingPathComponent(name).path)
            return String(decoding: data ?? Data(), as: UTF8.self)
        }
        defer { try? FileManager.default.removeItem(at: capture) }
        let signal = status & 0x7f
        return Program.Outcome(
            code: signal == 0 ? (status >> 8) & 0xff : 128 + signal, output: text("output"),
            complaints: text("complaints"))
    }
}
