/// Whether an enrollment goes on.
package enum EnrollmentState: String, Sendable, CaseIterable {
    case active, ended
}
