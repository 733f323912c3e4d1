package import Playbooks
import Storage

/// Runs the tests of playbooks, one after the other, without the database of a workspace.
///
/// The database holds the account's facts, as imports bring them; what decides is what decides in a `run`, and what it
/// decides is kept in memory. There are no holdouts and no
/// safety rules, data are always fresh, and figures of a whole population are neutral; caps and windows hold.
package struct TestBench {
    private let workspace: Workspace
    private let store: Store
    private let facts: TestFacts

    package init(_ workspace: Workspace) throws {
        self.workspace = workspace.ofTests
        store = try Store(path: ":memory:", mode: .memory)
        try AttributeColumns(self.workspace.dataMap).apply(to: store)
        facts = TestFacts(store, self.workspace)
    }

    /// A test whose data no import would take fails and says why.
    package func run(_ test: PlaybookTest, of playbook: Playbook) throws -> PlaybookTestResult {
        var result = PlaybookTestResult(
            playbook: playbook.name, name: test.name, position: test.position, failures: [])
        do {
            result.failures = try failures(of: test, of: playbook)
        } catch let error as ImportError {
            let failure = PlaybookTestResult.Failure(
                expected: "data that an import takes", position: test.position, instead: [error.description])
            result.failures = [failure]
        }
        return result
    }

    private func failures(
        of test: PlaybookTest, of playbook: Playbook
    ) throws -> [PlaybookTestResult.Failure] {
        try store.write { try TrialAccount.clear($0) }
        let trial = workspace.onTrial([playbook.walking(test.variant)])
        var run = try TestRun(trial, store: store, facts: facts)
        for (index, stretch) in test.stretches.enumerated() {
            let happened = index == 0 ? try run.begin(stretch) : try run.goOn(stretch)
            let failures = happened.failures(of: stretch.expectations)
            // What follows would only repeat it.
            if !failures.isEmpty { return failures }
        }
        return []
    }
}

extension Workspace {
    /// Without what speaks of a whole population or of how data come in.
    fileprivate var ofTests: Workspace {
        var workspace = self
        workspace.configuration.holdout = 0
        workspace.dataMap.builtInColumns = []
        func plain(_ attribute: Attribute) -> Attribute {
            Attribute(attribute.name, attribute.type, values: attribute.values, track: attribute.track)
        }
        workspace.dataMap.attributes = dataMap.attributes.map(plain)
        workspace.dataMap.contactAttributes = dataMap.contactAttributes.map(plain)
        workspace.dataMap.metrics = dataMap.metrics.map {
            Metric($0.name, title: $0.title, freshWithin: nil, absent: $0.absent)
        }
        return workspace
    }
}

extension Playbook {
    /// Without a holdout, and with everybody in one variant: the first, or the one that is named.
    fileprivate func walking(_ variant: String?) -> Playbook {
        var playbook = self
        playbook.holdout = 0
        let chosen = variant ?? variants.first?.name
        playbook.variants = variants.map {
            Variant(name: $0.name, weight: $0.name == chosen ? 1 : 0, steps: $0.steps)
        }
        return playbook
    }
}
