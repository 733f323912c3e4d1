package import Foundation

/// An IANA time zone that is known to this machine.
package struct Zone: Sendable, Hashable {
    package let timeZone: TimeZone

    /// Nil when the name is not a known IANA zone.
    package init?(_ name: String) {
        guard TimeZone.knownTimeZoneIdentifiers.contains(name) || name == "UTC", let zone = TimeZone(identifier: name)
        else { return nil }
        timeZone = zone
    }

    package var name: String { timeZone.identifier }
}
