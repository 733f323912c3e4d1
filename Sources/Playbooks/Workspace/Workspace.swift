/// A checked workspace: every file read, every name resolved; a pure value.
///
/// `WorkspaceReader` makes it from the texts of the files and returns it with all diagnostics. A playbook with an error
/// is not in `playbooks`; the good ones stay.
package struct Workspace: Sendable {
    package var configuration: Configuration
    package var dataMap: DataMap
    /// Segments by name, in file order.
    package var segments: [NamedTerm]
    /// The health score, which conditions may name as well.
    package var health: NamedTerm?
    package var playbooks: [Playbook]
    /// The channels of `channels/*.yaml`, by name.
    package var channels: [String: Channel]
    /// In the order of their files' names; the first whose segment holds is an account's.
    package var journeys: [Journey] = []
    /// The team's own forms of risk notes, by reason; `risk` is for all others.
    package var notes: [String: String] = [:]
    /// The days of `calendars/*.yaml`, by name.
    package var calendars: [String: HolidayCalendar] = [:]
    /// How e-mails, public pages and the inbox look.
    package var brand = Brand()
    /// The layouts of `layouts/*.html`, by name.
    package var layouts: [String: Layout] = [:]

    package init(
        configuration: Configuration, dataMap: DataMap, segments: [NamedTerm] = [], playbooks: [Playbook] = [],
        channels: [String: Channel] = [:]
    ) {
        self.configuration = configuration
        self.dataMap = dataMap
        self.segments = segments
        self.playbooks = playbooks
        self.channels = channels
    }

    /// What conditions may use wherever they stand.
    package var scope: ConditionScope {
        var scope = ConditionScope(
            dataMap: dataMap, segments: segments, stages: journeys.flatMap { $0.stages.map(\.name) },
            playbooks: playbooks.map(\.name))
        scope.health = health
        return scope
    }

    package func playbook(_ name: String) -> Playbook? { playbooks.first { $0.name == name } }

    /// The names of the live playbooks that put an account at risk, by reason.
    package var risks: [String: [String]] {
        var risks: [String: [String]] = [:]
        for playbook in playbooks where playbook.state == .live {
            if let risk = playbook.risk { risks[risk, default: []].append(playbook.name) }
        }
        return risks
    }
}

/// A condition or signal with its name and place.
package struct NamedTerm: Sendable, Hashable {
    package var name: String
    package var term: Term
    package var position: Position

    package init(name: String, term: Term, position: Position) {
        self.name = name
        self.term = term
        self.position = position
    }
}

/// What `keeptouch.yaml` says.
package struct Configuration: Sendable, Equatable {
    package var workspace: String
    /// For accounts and contacts that have none; also what a "day" is.
    package var zone: Zone
    package var currency = "USD"
    /// In which messages without a language in their names are written.
    package var language = "en"
    /// A path relative to the workspace, a URL of PostgreSQL, or where one is: `env:NAME`, `file:PATH`.
    package var database = "keeptouch.db"
    /// What is said of a URL that lets everybody in who reads the file.
    package static let passwordInDatabase = """
        `database` holds a password, which everybody who reads the file finds; put the URL into the environment or a file and \
        write env:NAME or file:PATH, or leave the password out and name a file with it in PGPASSFILE
        """
    package var baseURL: String?
    package var sender: Sender?
    /// When `when` playbooks are matched.
    package var evaluate: Schedule
    package var sendWindow: SendWindow?
    package var blackout = Blackout()
    package var caps: [Cap] = []
    /// The global holdout's share, 0 to 1, and how often it is drawn anew.
    package var holdout: Double = 0
    package var holdoutRedraw: Redraw = .never
    package var safety = Safety()
    /// The default channel of each kind.
    package var channels: [Channel.Kind: String] = [:]
    /// What a contact can unsubscribe from: key and title, in file order.
    package var categories: [Category] = []
    /// The web pages that may fetch the inbox: `https://app.acme.example`.
    package var inboxOrigins: [String] = []
    /// To whom text messages may go; nil where there are none.
    package var sms: TextMessaging?
    /// Reports that are posted on a schedule.
    package var digests: [Digest] = []
    /// Where data come from without anybody's doing, in file order.
    package var sources: [DataSource] = []
    package var retention = Retention()
    /// Who gets changes as webhooks, in file order.
    package var receivers: [Receiver] = []
    /// What the webhooks of billing systems are proved with.
    package var billing: [BillingProvider: Secret] = [:]
    /// Who tells of mail that comes in, with what their webhooks are proved with.
    package var inbound: [InboundProvider: Secret] = [:]
    /// Whether a subscription on trial makes its account a customer.
    package var trialsAreCustomers = false
    package var dashboard = DashboardSettings()
    /// What is said of the parameters of web analytics on all links.
    package var utm: UTM.Rule?

    package init(workspace: String, zone: Zone, evaluate: Schedule) {
        self.workspace = workspace
        self.zone = zone
        self.evaluate = evaluate
    }

    package struct Sender: Sendable, Equatable {
        package var name: String
        package var email: String
        package var replyTo: String?
        /// Whether the address for replies has the touch's key in it, so that a reply names what it answers.
        package var marksReplies = false
        package var postalAddress: String?

        package init(name: String, email: String, replyTo: String? = nil, postalAddress: String? = nil) {
            self.name = name
            self.email = email
            self.replyTo = replyTo
            self.postalAddress = postalAddress
        }

        /// The address for replies to a touch: `help+t12@acme.example`, where it is marked.
        ///
        /// - Parameter key: of the touch; nil for what is none.
        package func replyAddress(of key: String?) -> String? {
            guard marksReplies, let key, let replyTo, let at = replyTo.lastIndex(of: "@") else { return replyTo }
            return "\(replyTo[..<at])+\(key)\(replyTo[at...])"
        }
    }

    /// How long what people said and were told is kept; for ever where it is nil.
    package struct Retention: Sendable, Equatable {
        /// The frozen values of settled touches, and what endpoints answered.
        package var variables: TimeSpan?
        package var events: TimeSpan?
        /// The ledger of changes; nil for its standard.
        package var changes: TimeSpan?

        package init() {}
    }

    package struct Safety: Sendable, Equatable {
        /// The largest share of the audience that may match at once, 0 to 1.
        package var maxShare = 0.2
        /// Hold when matches exceed this many times the usual.
        package var jump = 3.0
        /// Whether the first run of a playbook is held until it is released.
        package var asksFirst = true
        /// Hold when an attribute that a playbook reads has newly no value for a larger share of accounts.
        package var maxNulls = 0.05
        /// Believe no attribute of which a larger share of accounts has another value at once.
        package var maxShift = 0.5
        /// Hold when a larger share of accounts than usual falls on one day of a metric that a playbook reads.
        package var maxFall = 0.1
        /// Whether a playbook's first large batch goes out in three parts.
        package var hasCanary = true
        /// Pause a playbook or a channel of whose last touches a larger share failed, bounced, or led to a complaint.
        package var maxFailed = 0.1
        package var maxBounced = 0.05
        package var maxComplained = 0.001
        /// Begin paused when nothing has run for as long and touches are overdue; nil for never.
        package var asleep: TimeSpan? = .hours(6)

        package init() {}

        /// No rule at all, for trials on data that are known.
        package static var none: Safety {
            var none = Safety()
            (none.maxShare, none.jump, none.asksFirst) = (1, .infinity, false)
            (none.maxNulls, none.maxShift, none.maxFall, none.hasCanary, none.asleep) = (1, 1, 1, false, nil)
            (none.maxFailed, none.maxBounced, none.maxComplained) = (1, 1, 1)
            return none
        }
    }

    package enum Redraw: String, Sendable, CaseIterable {
        case never, monthly, quarterly, yearly

        /// The name of the period that holds a day: `2026`, `2026-Q1`, `2026-03`, or the one there is.
        package func period(of day: Day) -> String {
            let date = day.civil
            return switch self {
            case .never: "always"
            case .yearly: "\(date.year)"
            case .quarterly: "\(date.year)-Q\((date.month + 2) / 3)"
            case .monthly: "\(date.year)-\(date.month < 10 ? "0" : "")\(date.month)"
            }
        }
    }

    /// A report that is posted to a team's channel.
    package struct Digest: Sendable, Equatable {
        package var report: String
        package var schedule: Schedule
        package var channel: String

        package init(report: String, schedule: Schedule, channel: String) {
            self.report = report
            self.schedule = schedule
            self.channel = channel
        }
    }

    package struct Category: Sendable, Equatable {
        package var name: String
        package var title: String
        /// What it was called before: whoever left those has left it.
        package var was: [String]

        package init(name: String, title: String, was: [String] = []) {
            self.name = name
            self.title = title
            self.was = was
        }
    }
}
