import Foundation

/// A library that makes the disk under a program's database fail at one call; built from C where there is a compiler.
enum FailingDisk {
    static let library = PreloadedLibrary.build("faults")

    /// Runs the program on a disk whose call number `at` fails with a code, and, when `isLasting`, all later ones too.
    static func run(
        _ arguments: [String], in scratch: Scratch, at: Int, code: Int32 = EIO, isLasting: Bool = false
    ) throws -> Program.Outcome {
        try Program.run(
            arguments, in: scratch.folder,
            environment: environment(in: scratch, at: at, code: code, isLasting: isLasting))
    }

    /// What a program is started with to find such a disk.
    static func environment(
        in scratch: Scratch, at: Int, code: Int32, isLasting: Bool
    ) throws -> [String: String] {
        guard let library else { throw HarnessError("no compiler") }
        return [
            "LD_PRELOAD": library, "KEEPTOUCH_FAULT_AT": "\(at)", "KEEPTOUCH_FAULT_CODE": "\(code)",
            "KEEPTOUCH_FAULT_ALL": isLasting ? "1" : "0",
            "KEEPTOUCH_FAULT_COUNT": scratch.folder.appendingPathComponent("calls").path,
        ]
    }

    /// How many calls the last run made that could have failed.
    static func calls(in scratch: Scratch) throws -> Int { Int(try scratch.text("calls")) ?? 0 }
}
