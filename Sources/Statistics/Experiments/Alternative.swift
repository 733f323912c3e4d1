/// What a test looks for.
package enum Alternative: Sendable, Hashable {
    case less, greater, unequal
}
