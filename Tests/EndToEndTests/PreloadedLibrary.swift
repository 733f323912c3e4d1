import Foundation

/// Libraries in C that stand between a program and the machine; built where there is a compiler.
enum PreloadedLibrary {
    /// The path of the library made from a file of `Faults`; nil where no compiler can make it.
    static func build(_ name: String) -> String? {
        let source = Bundle.module.bundleURL.appendingPathComponent("Faults/\(name).c").path
        let library = FileManager.default.temporaryDirectory
            .appendingPathComponent("keeptouch-\(name)-\(ProcessInfo.processInfo.processIdentifier).so").path
        for compiler in ["cc", "clang"] {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = [compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"]
            process.standardError = FileHandle.nullDevice
            guard (try? process.run()) != nil else { continue }
            process.waitUntilExit()
            if process.terminationStatus == 0 { return library }
        }
        return nil
    }
}
