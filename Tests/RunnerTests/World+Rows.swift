import Decisions
import Playbooks
import Runner
import Storage

/// What a world in memory holds, as rows that can be compared with those of a database.
extension World {
    private func rows(_ row: (PlaybookHistory, _ account: Int, TrialBlock) -> [[String?]]) -> [String] {
        blocks.flatMap { block in
            block.histories.enumerated().flatMap { account, history in row(history, account, block) }
        }.map(Self.text).sorted()
    }

    static func text(_ cells: [String?]) -> String { cells.map { $0 ?? "-" }.joined(separator: "|") }

    private func name(_ playbook: Int64) -> String? { works.first { $0.id == playbook }?.playbook.name }

    var decisionRows: [String] {
        rows { history, account, block in
            history.decisions.map { decision in
                [
                    name(decision.standing.playbookID), block.block.text("key", account), decision.standing.matchKey,
                    decision.at.cell, decision.standing.verdict.rawValue,
                ]
            }
        }
    }

    var enrollmentRows: [String] {
        rows { history, account, block in
            history.enrollments.map(\.enrollment).map { enrollment in
                [
                    name(enrollment.playbookID), block.block.text("key", account), enrollment.enteredAt.cell,
                    enrollment.arm.rawValue, enrollment.variant, enrollment.isActive ? "active" : "ended",
                    enrollment.endReason, enrollment.endedAt?.cell, enrollment.goalAt?.cell, enrollment.entry,
                ]
            }
        }
    }

    var touchRows: [String] {
        rows { history, account, block in
            history.enrollments.flatMap { entered in
                entered.touches.map { sent in
                    [
                        name(entered.enrollment.playbookID), block.block.text("key", account), sent.touch.step,
                        sent.touch.message, sent.touch.recipient, sent.touch.isGhost ? "1" : "0",
                        sent.touch.state.rawValue, sent.touch.dueAt.cell, sent.settledAt?.cell, sent.touch.variables,
                    ]
                }
            }
        }
    }

    var standingRows: [String] {
        rows { history, account, block in
            history.standings.map { standing in
                [block.block.text("key", account), standing.matchKey, standing.verdict.rawValue, standing.since.cell]
            }
        }
    }

    var stageEntryRows: [String] {
        rows { history, account, block in
            history.stageEntries.map { entry in
                ["\(block.block.ids[account])", entry.journey, entry.stage, entry.at.cell, entry.how.rawValue]
            }
        }
    }

    var stageRows: [String] {
        rows { _, account, block in
            [
                [
                    "\(block.block.ids[account])", block.block.text(Block.journey, account),
                    block.block.text("stage", account), block.block.instant("stage_since", account)?.cell,
                ]
            ]
        }
    }
}

extension Instant {
    fileprivate var cell: String { "\(milliseconds)" }
}

extension Connection {
    /// The rows of a query in the same words, sorted as those.
    func comparable(_ sql: String) throws -> [String] {
        try query(sql).map { row in
            World.text(
                row.values.map { value in
                    switch value {
                    case .text(let text): text
                    case .integer(let number): "\(number)"
                    case .real(let number): "\(number)"
                    case .null, .blob: nil
                    }
                })
        }.sorted()
    }
}
