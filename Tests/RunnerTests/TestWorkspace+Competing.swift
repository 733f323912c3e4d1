import Playbooks

extension TestWorkspace {
    /// Playbooks that write to everybody at once; each is a text by name.
    static func competing(
        _ endpoint: Endpoint, _ playbooks: [String: String], caps: String = "[ 1 per 1d, 3 per 7d ]", more: String = "",
        accounts: Int = 1
    ) throws -> TestWorkspace {
        let test = try TestWorkspace(
            playbooks: playbooks,
            configuration: configuration.replacing("in_app: app", with: "in_app: app, push: device")
                .replacing("{ education: Tips }", with: "{ education: Tips, news: News }")
                + "\ncaps: \(caps)\n\(more)\n",
            files: [
                "channels/mail.yaml": channel("mail", "email", url: endpoint.url),
                "channels/app.yaml": channel("app", "in_app", url: endpoint.url),
                "channels/device.yaml": channel("device", "push", url: endpoint.url),
            ])
        try test.addAccounts(accounts)
        return test
    }

    /// One of them.
    static func competitor(
        _ name: String, _ step: String = "email: hello.md", priority: Int = 50, category: String = "education",
        holdout: String = "0%", more: [String] = []
    ) -> String {
        playbook(
            name, category: category, holdout: holdout, more: ["priority: \(priority)"] + more, steps: [step])
    }
}
