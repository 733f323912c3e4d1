import Foundation

/// A window on the bytes of a file descriptor, moved forward as rows are taken.
///
/// Holds one chunk, or one row when that is longer, up to `longestRow`.
final class InputBuffer {
    /// The longest row, in bytes; a longer one is rejected.
    static let longestRow = 1 << 20
    private static let chunk = 1 << 18

    let name: String
    /// The size of a regular file, in bytes.
    let totalBytes: Int64?
    private(set) var bytesRead: Int64 = 0
    private(set) var base: UnsafeMutablePointer<UInt8>
    private var capacity = InputBuffer.chunk
    /// Unread bytes are `base[position..<end]`.
    var position = 0
    private(set) var end = 0
    private(set) var isAtEnd = false
    /// Set where the bytes are UTF-16; what lies at `base` is UTF-8 always.
    private var decoder: UTF16Decoder?
    private let descriptor: Int32
    private let closesDescriptor: Bool

    convenience init(path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw ImportError("\(path): cannot be opened: \(String(cString: strerror(errno)))")
        }
        try self.init(descriptor: descriptor, name: path, closes: true)
    }

    init(descriptor: Int32, name: String, closes: Bool = false) throws {
        self.descriptor = descriptor
        self.name = name
        closesDescriptor = closes
        var status = stat()
        let isRegular = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        totalBytes = isRegular ? Int64(status.st_size) : nil
        base = .allocate(capacity: Self.chunk)
        try fill()
        try refuseOtherFormats()
    }

    deinit {
        base.deallocate()
        if closesDescriptor { close(descriptor) }
    }

    var count: Int { end - position }

    /// Reads more bytes behind the unread ones, which may move; false when there are no more or the longest row is full.
    @discardableResult
    func fill() throws -> Bool {
        guard !isAtEnd else { return false }
        if position > 0 {
            memmove(base, base + position, count)
            end -= position
            position = 0
        }
        // A character of UTF-16 takes up to four bytes, and one may be half there.
        if capacity - end < (decoder == nil ? 1 : 32) {
            guard capacity <= Self.longestRow else { return false }
            let wider = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity * 2)
            memcpy(wider, base, end)
            base.deallocate()
            base = wider
            capacity *= 2
        }
        while true {
            let got = try readBytes()
            if got > 0 { return true }
            if got == 0 {
                isAtEnd = true
                return false
            }
        }
    }

    /// Appends what the next read brings; answers how many bytes were read.
    private func readBytes() throws -> Int {
        while true {
            guard decoder != nil else {
                let got = read(descriptor, base + end, capacity - end)
                if got > 0 { end += got }
                if let got = try taken(got) { return got }
                continue
            }
            var raw = [UInt8](repeating: 0, count: UTF16Decoder.bytesFitting(capacity - end))
            let got = read(descriptor, &raw, raw.count)
            if got > 0 { decode(raw[..<got]) }
            if let got = try taken(got) { return got }
        }
    }

    private func decode(_ raw: ArraySlice<UInt8>) {
        let needed = end + UTF16Decoder.mostBytes(of: raw.count)
        if needed > capacity {
            let wider = UnsafeMutablePointer<UInt8>.allocate(capacity: needed * 2)
            memcpy(wider, base, end)
            base.deallocate()
            base = wider
            capacity = needed * 2
        }
        raw.withUnsafeBufferPointer { end += decoder?.decode($0, into: base + end) ?? 0 }
    }

    /// Nil when the read was interrupted.
    private func taken(_ got: Int) throws -> Int? {
        if got >= 0 {
            bytesRead += Int64(got)
            return got
        }
        guard errno == EINTR else {
            throw ImportError("\(name): cannot be read: \(String(cString: strerror(errno)))")
        }
        return nil
    }

    /// Leaves out the bytes up to the next line end, however many they are.
    func skipLine() throws {
        while true {
            if let found = memchr(base + position, 0x0a, count) {
                position = found.assumingMemoryBound(to: UInt8.self) - base + 1
                return
            }
            position = end
            guard try fill() else { return }
        }
    }

    /// A mark of UTF-8 is left out, one of UTF-16 says how to read on; what is plainly something else is named.
    private func refuseOtherFormats() throws {
        while count < 16, try fill() {}
        let head = Array(UnsafeBufferPointer(start: base, count: min(count, 16)))
        if head.starts(with: [0xef, 0xbb, 0xbf]) { position = 3 }
        if let decoder = UTF16Decoder(head) {
            self.decoder = decoder
            // What was read so far is not UTF-8 yet.
            let raw = Array(UnsafeBufferPointer(start: base + 2, count: end - 2))
            (position, end) = (0, 0)
            decode(raw[...])
            return
        }
        let zeros = head.count { $0 == 0 }
        if head.count >= 4, zeros * 3 >= head.count {
            throw ImportError(
                "\(name): is UTF-16 or UTF-32 without a mark that says so; save it as UTF-8, for example: "
                    + "iconv -f UTF-16LE -t UTF-8 FILE > utf8.csv")
        }
        if head.starts(with: [0x1f, 0x8b]) {
            throw ImportError("\(name): is compressed; unpack it first: gunzip -c FILE | keeptouch import ... -")
        }
        if head.starts(with: Array("PK\u{3}\u{4}".utf8)) {
            throw ImportError("\(name): is a spreadsheet or an archive; export it as CSV")
        }
        if head.starts(with: Array("SQLite format 3".utf8)) {
            throw ImportError("\(name): is an SQLite database; import it with --sqlite FILE --query SQL")
        }
    }
}
