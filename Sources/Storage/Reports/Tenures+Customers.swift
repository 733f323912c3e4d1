import Playbooks

extension Tenures {
    /// A customer of today.
    package struct Customer: Sendable, Hashable {
        package var id: Int64
        /// Days since it first became one.
        package var age: Int
        /// What it pays a month, in minor units.
        package var mrr: Int64
        /// Its group of each grouping, in their order.
        package var groups: [String]
    }

    /// The customers of today of whom it is known what they pay, ascending by id.
    package func customers() -> [Customer] {
        tenures.compactMap { stay in
            guard isPaying(stay) else { return nil }
            return Customer(
                id: accounts[Int(stay.account)].id, age: today.number - Int(stay.origin), mrr: stay.mrr,
                groups: groups.map { $0.names.names[Int($0.values[Int(stay.account)])] })
        }
    }

    /// Whether somebody is a customer of today of whom it is known what it pays.
    func isPaying(_ stay: Tenure) -> Bool {
        stay.ended == nil && (accounts[Int(stay.account)].mrr >= 0 || stay.mrr > 0)
    }
}
