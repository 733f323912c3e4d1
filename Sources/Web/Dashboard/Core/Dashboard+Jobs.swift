import Playbooks

extension Dashboard {
    /// In seconds: so long a page waits for what it has begun; most of it is there by then.
    static let patienceOfJobs = 0.7

    /// Stopping what takes longer than a page may: one's own, or anybody's by an operator.
    func addJobs(to routes: DashboardRoutes) {
        routes.change("/jobs/stop", .viewer) { [jobs] ask, form, _ in
            let back = form["back"] ?? "/"
            guard let work = jobs.work(form["job"] ?? "") else { return .not(back, "It had ended already.") }
            guard work.mayBeStopped(by: ask.visitor) else {
                return .not(back, "\(work.who) began it: \(work.who) may stop it, or an operator.")
            }
            return jobs.stop(work.name) ? .done(back, "It was stopped.") : .not(back, "It had ended already.")
        }
    }
}
