import Playbooks

extension DataMapDraft {
    /// The amount below which an account counts as small: that of most accounts, rounded up; nil without amounts.
    var smallAmount: Int? {
        guard let mrr = accounts.mrr else { return nil }
        let unit =
            switch mrr.isInCents ? .cents : accounts.file.unit(of: mrr.column) {
            case .cents: 0.01
            case .thousands: 1_000.0
            case nil: 1.0
            }
        let sorted = accounts.file.guesses[mrr.column].numbers.map {
            $0 * unit / (mrr.period == .interval(.year) ? 12 : 1)
        }.sorted()
        guard !sorted.isEmpty else { return nil }
        let amount = sorted[sorted.count * 8 / 10]
        return [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000].first { Double($0) > amount }
            ?? Int(amount) + 1
    }
}
