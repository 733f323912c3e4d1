/// Which account's touches an address gets of one occurrence of a campaign that each person gets once.
///
/// Accounts are decided in the order of their ids. Who enters first has the address for this occurrence, whatever its arm:
/// a holdout's contacts are not written to because of another account of theirs.
package final class SharedRecipients {
    private struct Key: Hashable {
        var playbookID: Int64
        var matchKey: String
        var address: String
    }

    /// The account that has an address for an occurrence.
    package struct Owner: Sendable, Equatable {
        package var address: String
        /// Its key.
        package var account: String
        package var isHeldOut: Bool
        /// Whether it stays so: its touch has left or may have, or it is held out. Else another account stands in when the
        /// enrollment ends before anything has left.
        package var isCertain: Bool

        package init(_ address: String, _ account: String, isHeldOut: Bool = false, isCertain: Bool = false) {
            (self.address, self.account) = (address, account)
            (self.isHeldOut, self.isCertain) = (isHeldOut, isCertain)
        }

        /// `ada@x.example gets it for the account a1`
        var sentence: String {
            isHeldOut
                ? "\(address) counts for the account \(account), which is held out"
                : "\(address) gets it for the account \(account)"
        }
    }

    private var owners: [Key: Owner] = [:]
    /// The addresses of the accounts at hand that several accounts have; nil when nobody looked for them.
    package var shared: Set<String>?

    package init() {}

    package func owner(of address: String, playbook: Int64, match: String) -> Owner? {
        owners[Key(playbookID: playbook, matchKey: match, address: address)]
    }

    /// Lets the account have the address, unless another has it.
    package func take(_ owner: Owner, playbook: Int64, match: String) {
        guard shared?.contains(owner.address) ?? true else { return }
        let key = Key(playbookID: playbook, matchKey: match, address: owner.address)
        if owners[key] == nil { owners[key] = owner }
    }

    package func removeAll() { owners = [:] }
}
