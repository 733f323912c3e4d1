/// Which program this is, among older and newer ones.
package enum ProgramVersion {
    package static let current = "0.1.0"
}
