import CSQLite
import Foundation

/// What tells a file from every copy of it.
///
/// A file system gives the number of a file that is gone to the next one, often at once; then the moment at which the file
/// was made tells them apart.
package struct FileIdentity: Sendable, Equatable {
    /// The inode; 0 where there is no file.
    var number: UInt64
    /// In nanoseconds since 1970; 0 where the file system does not keep it.
    var birth: Int64

    init(number: UInt64, birth: Int64) {
        self.number = number
        self.birth = birth
    }

    package init(_ path: String) {
        var facts = stat()
        number = stat(path, &facts) == 0 ? UInt64(facts.st_ino) : 0
        birth = kt_birth(path)
    }

    /// A birth that one of both does not know is no difference.
    package func isSame(as other: FileIdentity) -> Bool {
        number == other.number && (birth == other.birth || birth == 0 || other.birth == 0)
    }
}
