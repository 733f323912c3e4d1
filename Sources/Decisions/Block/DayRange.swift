import Playbooks

/// Days one after the other, by their numbers, both ends included; empty when the last lies before the first.
struct DayRange: Hashable {
    var first: Int
    var last: Int

    init(_ first: Int, _ last: Int) {
        self.first = first
        self.last = last
    }

    init(_ count: Int, endingAt last: Int) {
        self.init(last - count + 1, last)
    }

    var count: Int { max(0, last - first + 1) }
}
