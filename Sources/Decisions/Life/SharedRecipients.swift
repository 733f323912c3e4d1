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

    /// The account's key.
    private var owners: [Key: String] = [:]
    /// The addresses of the accounts at hand that several accounts have; nil when nobody looked for them.
    package var shared: Set<String>?

    package init() {}

    package func owner(of address: String, playbook: Int64, match: String) -> String? {
        owners[Key(playbookID: playbook, matchKey: match, address: address)]
    }

    /// Lets the account have the address, unless another has it.
    package func take(_ address: String, playbook: Int64, match: String, for account: String) {
        guard shared?.contains(address) ?? true else { return }
        let key = Key(playbookID: playbook, matchKey: match, address: address)
        if owners[key] == nil { owners[key] = account }
    }

    package func removeAll() { owners = [:] }
}
