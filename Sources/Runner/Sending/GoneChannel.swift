/// A channel for which touches wait and that the workspace does not have any more.
package enum GoneChannel {
    /// What is wrong with it, and the next move.
    package static func reason(_ name: String) -> String {
        "channels/\(name).yaml is gone, and touches wait for it until they expire: put the file back, also beside another "
            + "channel of its kind; which they are: keeptouch touches --state pending"
    }
}
