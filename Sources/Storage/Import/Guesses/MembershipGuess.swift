/// Two files of a product's database of which only both together say which people belong to which account: one of people,
/// without accounts, and one of pairs of ids.
struct MembershipGuess {
    /// Of the two files.
    let names: [String]
    /// How to join them.
    let note: String

    init?(_ files: [FileGuess], of accounts: FileGuess) {
        let keys =
            accounts.columns(AccountColumnNames.key).first { accounts.guesses[$0].isNearlyUnique }
            .map { accounts.guesses[$0].hashes } ?? []
        let ofAccounts = ["account"] + ContactImport.accountSynonyms
        for pairs in files {
            guard
                let account = pairs.columns(ofAccounts).first(where: {
                    !pairs.guesses[$0].hashes.isDisjoint(with: keys)
                }),
                !pairs.guesses.contains(where: \.isEmail)
            else { continue }
            for people in files where people.name != pairs.name && people.columns(ofAccounts).isEmpty {
                guard people.guesses.contains(where: \.isEmail),
                    let id = people.columns(["id", "user_id", "person_id", "contact_id", "uuid"]).first(where: {
                        people.guesses[$0].isUnique
                    }),
                    let person = pairs.usable.first(where: { index in
                        let ids = pairs.guesses[index].hashes
                        return index != account
                            && ["user", "person", "contact", "member", "people", "profile"].contains {
                                pairs.simpleName(index).hasPrefix($0)
                            } && !ids.isEmpty && ids.intersection(people.guesses[id].hashes).count * 2 >= ids.count
                    })
                else { continue }
                names = [pairs.name, people.name]
                let role =
                    pairs.columns(["role", "member_role", "type"]).first.map { ", m.\(Self.quoted(pairs.header[$0]))" }
                    ?? ""
                let (one, other) = (Self.escaped(people.path ?? people.name), Self.escaped(pairs.path ?? pairs.name))
                note =
                    "\(people.name) names no accounts, and \(pairs.name) says who belongs to which; both are left out. Join them, and name "
                    + "the one file instead of the two: sqlite3 -csv -header :memory: \".import --csv '\(one)' p\" "
                    + "\".import --csv '\(other)' m\" 'SELECT m.\(Self.quoted(pairs.header[account]))\(role), p.* FROM p JOIN m ON "
                    + "m.\(Self.quoted(pairs.header[person])) = p.\(Self.quoted(people.header[id]))' > contacts.csv"
                return
            }
        }
        return nil
    }

    private static func quoted(_ name: String) -> String { "\"\(name)\"" }

    /// A path as the workspace names it begins in its folder, where nobody types commands.
    private static func escaped(_ path: String) -> String { path.hasPrefix("../") ? String(path.dropFirst(3)) : path }
}
