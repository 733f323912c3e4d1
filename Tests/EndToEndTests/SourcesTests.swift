import Foundation
import Testing

/// Data that come by themselves: from databases, programs and servers, by hand and on a schedule.
struct SourcesTests {
    private static func sources(_ lines: String, in scratch: Scratch) throws {
        try scratch.write(
            "keeptouch.yaml",
            try scratch.text("keeptouch.yaml") + "sources:\n"
                + lines.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)\n" }.joined())
    }

    // MARK: PostgreSQL

    @Test func aQueryOnPostgreSQLIsReadAsTheImportersExpect() throws {
        let server = try PostgresServer()
        let scratch = try Scratch(small: "in_app")
        try server.execute(
            """
            CREATE TABLE customer (id bigint, title text, seats numeric(10,2), renewal date, born timestamptz, mail text);
            INSERT INTO customer VALUES (9007199254740993, 'Ärger & Söhne', 3.50, '2026-07-01', '2025-03-01 10:00+02', 'a@x.example'),
                (2, NULL, NULL, NULL, '2025-03-02 00:00:00.25+00', NULL);
            CREATE TABLE usage (account bigint, day date, logins integer);
            INSERT INTO usage SELECT 2, '2026-01-01'::date + n, n FROM generate_series(0, 99) AS n;
            CREATE TABLE happened (account bigint, at timestamp, score double precision);
            INSERT INTO happened VALUES (2, '2026-01-05 12:00:00', 0.1);
            """)
        func bring(_ kind: String, _ query: String) throws -> Program.Outcome {
            try scratch.keeptouch("import", kind, "--postgres", server.url(), "--query", query)
        }
        let accounts = try bring(
            "accounts",
            "SELECT id AS key, title AS name, seats, renewal AS renewal_at, born AS created_at, mail AS contact_email FROM customer"
        )
        #expect(accounts.code == 0, "\(accounts.complaints)")
        #expect(
            try scratch.query(
                "SELECT key, name, a_seats, a_renewal_at, created_at FROM account ORDER BY length(key) DESC") == [
                    ["9007199254740993", "Ärger & Söhne", "3.5", "20635", "1740816000000"],
                    ["2", "", "", "", "1740873600250"],
                ])
        #expect(try bring("metrics", "SELECT account, day, logins FROM usage").code == 0)
        #expect(try scratch.number("SELECT count(*) FROM series") == 100)
        #expect(try bring("events", "SELECT account, 'report_made' AS event, at, score FROM happened").code == 0)
        #expect(
            try scratch.query(
                "SELECT at, properties FROM event JOIN event_kind k ON k.id = kind_id WHERE k.name = 'report_made'")
                == [["1767614400000", #"{"score":0.1}"#]])
        // What writes is refused, and what is wrong says where.
        let writing = try bring("accounts", "DELETE FROM customer RETURNING id AS key")
        #expect(writing.code == 1 && writing.complaints.contains("read-only transaction"), "\(writing.complaints)")
        let wrong = try bring("accounts", "SELECT nothing AS key FROM customer")
        #expect(wrong.code == 1 && wrong.complaints.contains("\"nothing\" does not exist"), "\(wrong.complaints)")
    }

    @Test func aPasswordStaysOutOfWhatIsSaid() throws {
        let server = try PostgresServer(password: "right-one")
        let scratch = try Scratch(small: "in_app")
        func bring(_ url: String) throws -> Program.Outcome {
            try Program.run(
                ["import", "accounts", "--postgres", "env:WAREHOUSE", "--query", "SELECT 'a1' AS key"],
                in: scratch.folder,
                environment: ["WAREHOUSE": url])
        }
        let refused = try bring(server.url(user: "reader", password: "wrong-one"))
        #expect(refused.code == 1 && refused.complaints.contains("authentication failed"), "\(refused.complaints)")
        #expect(
            refused.complaints.contains("/postgres") && !refused.complaints.contains("wrong-one"),
            "\(refused.complaints)")
        let odd = try bring("postgresql://reader:wrong-one@host:notaport/db")
        #expect(odd.code == 1 && !odd.complaints.contains("wrong-one"), "\(odd.complaints)")
        for url in ["postgresql://reader:wr/ong-one@host/db", "postgresql://reader:wr@ong-one@host/db"] {
            let torn = try bring(url)
            #expect(torn.code == 1 && torn.complaints.contains("%2F"), "\(torn.complaints)")
            #expect(!torn.complaints.contains("ong-one"), "\(torn.complaints)")
        }
        #expect(try bring(server.url(user: "reader", password: "right-one")).code == 0)
    }

    @Test func aSourceAsksOnlyForWhatIsNewAndABrokenOneLosesNothing() throws {
        let server = try PostgresServer()
        let scratch = try Scratch(small: "in_app")
        try server.execute(
            """
            CREATE TABLE customer (id text, seats integer, updated_at timestamptz);
            INSERT INTO customer VALUES ('a1', 3, '2026-01-01 10:00:00.000001+00'), ('a2', 3, '2026-01-02 10:00+00');
            """)
        try Self.sources(
            """
            customers:
              import: accounts
              postgres: \(server.url())
              query: SELECT id AS key, seats, updated_at FROM customer WHERE updated_at > $1 ORDER BY updated_at
              since: { column: updated_at, first: 1970-01-01 }
            """, in: scratch)
        #expect(try scratch.keeptouch("check").code == 0)
        let first = try scratch.keeptouch("import", "all")
        #expect(
            first.code == 0 && first.output.contains("customers: 2 accounts read, 2 new"),
            "\(first.output)\(first.complaints)")
        try server.execute("INSERT INTO customer VALUES ('a3', 3, '2026-01-03 10:00+00')")
        let second = try scratch.keeptouch("import", "customers")
        #expect(second.output.contains("customers: 1 accounts read, 1 new"), "\(second.output)\(second.complaints)")
        #expect(
            try scratch.query("SELECT since, rows, failures FROM source") == [["2026-01-03T10:00:00+00:00", "1", "0"]])
        try server.execute("ALTER TABLE customer RENAME TO gone")
        let broken = try scratch.keeptouch("import", "all")
        #expect(broken.code == 1 && broken.complaints.contains("\"customer\" does not exist"), "\(broken.complaints)")
        let status = try scratch.keeptouch("status")
        #expect(
            status.output.contains("source customers: pulled ") && status.output.contains("failed "), "\(status.output)"
        )
        try server.execute("ALTER TABLE gone RENAME TO customer")
        let mended = try scratch.keeptouch("import", "all")
        #expect(
            mended.code == 0 && mended.output.contains("customers: 0 accounts read"),
            "\(mended.output)\(mended.complaints)")
    }

    @Test func whatComesLaterOnTheLastDayIsNotLost() throws {
        let scratch = try Scratch(small: "in_app")
        let crm = try Database(path: scratch.folder.appendingPathComponent("crm.db").path)
        try crm.execute(
            "CREATE TABLE customer (id TEXT, seats INTEGER, changed TEXT); INSERT INTO customer VALUES ('a1', 3, '2026-01-02')"
        )
        try Self.sources(
            """
            customers:
              import: accounts
              sqlite: crm.db
              query: SELECT id AS key, seats, changed FROM customer WHERE changed > :since
              since: { column: changed, first: "2025-01-01" }
            """, in: scratch)
        #expect(try scratch.keeptouch("import", "all").output.contains("1 accounts read"))
        try crm.execute("INSERT INTO customer VALUES ('a2', 3, '2026-01-02')")
        let later = try scratch.keeptouch("import", "all")
        #expect(later.output.contains("2 accounts read, 1 new, 1 unchanged"), "\(later.output)\(later.complaints)")
        #expect(try scratch.query("SELECT since FROM source") == [["2026-01-02"]])
    }

    // MARK: Files, programs, servers

    @Test func everyKindOfSourceComesInTheOrderOfWhatItBrings() throws {
        let scratch = try Scratch(small: "in_app")
        let server = try SourceServer(scratch)
        try server.answer(
            "account,event,at,score,seq\na1,report_made,2026-01-05T12:00Z,7,9\na1,report_made,2026-01-06T12:00Z,8,10\n")
        try scratch.write("data/accounts.csv", "key,seats\na1,3\n")
        try Database(path: scratch.folder.appendingPathComponent("crm.db").path).execute(
            "CREATE TABLE person (account TEXT, mail TEXT, n INTEGER); INSERT INTO person VALUES ('a1', 'ann@a1.example', 7)"
        )
        try scratch.write(
            "usage.sh",
            "echo \"account,day,logins\"; echo \"a1,2026-01-05,$KEEPTOUCH_SINCE\"; echo \"a1,2026-01-06,5\"\n")
        try Self.sources(
            """
            reports:
              import: events
              url: http://127.0.0.1:\(server.port)/events.csv?from={{since}}
              token: env:TOKEN
              allow_private: true
              since: { column: seq, first: "0" }
            usage:
              import: metrics
              command: [sh, usage.sh]
              since: { column: day, first: "4" }
              complete: true
            people:
              import: contacts
              sqlite: crm.db
              query: SELECT account, mail AS email, n FROM person WHERE n > :since
              since: { column: n, first: "0" }
            customers:
              import: accounts
              file: data/accounts.csv
            """, in: scratch)
        func pull() throws -> Program.Outcome {
            try Program.run(["import", "all"], in: scratch.folder, environment: ["TOKEN": "let-me-in"])
        }
        let first = try pull()
        #expect(first.code == 0, "\(first.output)\(first.complaints)")
        let order = ["customers", "people", "usage", "reports"]
        let places = order.compactMap { first.output.range(of: "\($0): ")?.lowerBound }
        #expect(places.count == 4 && places == places.sorted(), "\(first.output)")
        #expect(
            try scratch.query("SELECT name, since FROM source ORDER BY name") == [
                ["customers", ""], ["people", "7"], ["reports", "10"], ["usage", "2026-01-06"],
            ])
        #expect(try scratch.number("SELECT count(*) FROM metric_day WHERE closed = 1") == 2)
        // The day that the program prints in place of a number costs a cell; it is the one before the last that was seen.
        let second = try pull()
        #expect(second.code == 0 && second.complaints.contains("2026-01-05"), "\(second.complaints)")
        #expect(server.asked == ["/events.csv?from=0", "/events.csv?from=10"])
        let refused = try scratch.keeptouch("import", "reports")
        #expect(refused.code == 1 && refused.complaints.contains("TOKEN is not set"), "\(refused.complaints)")
    }

    private static func usage(_ accounts: Int, day: String) -> String {
        "account,day,logins\n" + (0..<accounts).map { "a\($0),\(day),4\n" }.joined()
    }

    @Test func halfAnAnswerIsTakenAndClosesNoDay() throws {
        let scratch = try Scratch(small: "in_app")
        func accounts(_ count: Int) throws {
            try scratch.write("accounts.csv", "key,seats\n" + (0..<count).map { "a\($0),3\n" }.joined())
        }
        try accounts(40)
        try scratch.write("usage.csv", Self.usage(40, day: "2026-01-05"))
        try Self.sources(
            """
            customers:
              import: accounts
              file: accounts.csv
            usage:
              import: metrics
              file: usage.csv
              complete: true
            """, in: scratch)
        func closed() throws -> Int { try scratch.number("SELECT count(*) FROM metric_day WHERE closed = 1") }
        let first = try scratch.keeptouch("import", "all")
        #expect(first.code == 0 && first.output.contains("1 days closed"), "\(first)")
        // The program that makes the files broke off, or wrote no more than its header.
        try accounts(0)
        try scratch.write("usage.csv", Self.usage(14, day: "2026-01-06"))
        let short = try scratch.keeptouch("import", "all")
        let warning =
            "usage: warning: brought 14 rows, less than half of the usual 40; the day is not closed; "
            + "keeptouch import usage --complete if that is right"
        #expect(short.complaints.contains(warning), "\(short)")
        #expect(
            short.complaints.contains("customers: warning: brought 0 rows, less than half of the usual 40; "),
            "\(short)")
        #expect(try closed() == 1)
        #expect(try scratch.number("SELECT count(*) FROM series") == 2, "what came is taken")
        let status = try scratch.keeptouch("status")
        #expect(
            status.output.contains("source usage: pulled ")
                && status.output.contains(
                    "brought 14 rows, less than half of the usual 40; the day is not closed; keeptouch import usage"),
            "\(status.output)")
        let doctor = try scratch.keeptouch("doctor")
        #expect(
            (doctor.output + doctor.complaints).contains(
                "brought 0 rows, less than half of the usual 40; keeptouch import customers --complete"),
            "\(doctor)")
        // It stays short of what is usual until somebody says that it is right.
        #expect(try scratch.keeptouch("import", "usage").complaints.contains("14 rows, less than half of the usual 40"))
        #expect(try closed() == 1)
        let whole = try scratch.keeptouch("import", "usage", "--complete")
        #expect(whole.output.contains("1 days closed") && !whole.complaints.contains("less than half"), "\(whole)")
        #expect(try closed() == 2)
        #expect(!(try scratch.keeptouch("import", "usage").complaints.contains("less than half")))
        try accounts(40)
        #expect(!(try scratch.keeptouch("import", "customers").complaints.contains("less than half")))
        #expect(!(try scratch.keeptouch("status").output.contains("less than half")))
    }

    @Test func halfAFileByHandIsConfirmedByImportingItOnceMore() throws {
        let scratch = try Scratch(small: "in_app")
        try scratch.write("accounts.csv", "key\n" + (0..<40).map { "a\($0)\n" }.joined())
        try scratch.keeptouch("import", "accounts", "accounts.csv")
        func bring(_ text: String) throws -> Program.Outcome {
            try scratch.write("usage.csv", text)
            return try scratch.keeptouch("import", "metrics", "usage.csv", "--complete")
        }
        // Two days at once are as many rows a day.
        let both =
            Self.usage(40, day: "2026-01-04")
            + Self.usage(40, day: "2026-01-05").split(separator: "\n").dropFirst()
            .map { "\($0)\n" }.joined()
        #expect(try bring(both).output.contains("2 days closed"))
        #expect(try bring(Self.usage(40, day: "2026-01-06")).output.contains("1 days closed"))
        let short = try bring(Self.usage(14, day: "2026-01-07"))
        #expect(!short.output.contains("closed"))
        #expect(
            short.complaints.contains(
                "brought 14 rows, less than half of the usual 40; the day is not closed; import it with --complete once more if that is right"
            ),
            "\(short)")
        #expect(!(try bring(Self.usage(15, day: "2026-01-07")).output.contains("closed")))
        #expect(try bring(Self.usage(15, day: "2026-01-07")).output.contains("1 days closed"))
    }

    /// Events come every hour, and accounts with a nightly file.
    @Test func rowsThatWaitForTheirAccountAreAskedForAgain() throws {
        let scratch = try Scratch(small: "in_app")
        try scratch.write("accounts.csv", "key,seats\na1,3\n")
        try scratch.write(
            "events.sh",
            """
            echo account,event,at,seq
            for n in 1 2 3; do
              [ "$n" -gt "$KEEPTOUCH_SINCE" ] && echo "a$n,report_made,2026-01-0${n}T12:00Z,$n"
            done
            echo a1,report_made,2026-01-01T12:00Z,n/a

            """)
        try Self.sources(
            """
            reports:
              import: events
              command: [sh, events.sh]
              since: { column: seq, first: "0" }
            """, in: scratch)
        try scratch.keeptouch("import", "accounts", "accounts.csv")
        let first = try scratch.keeptouch("import", "reports")
        #expect(first.code == 1 && first.output.contains("2 rejected"), "\(first)")
        #expect(try scratch.query("SELECT coalesce(since, '') FROM source") == [["0"]])
        try scratch.write("accounts.csv", "key,seats\na2,3\na3,3\n")
        try scratch.keeptouch("import", "accounts", "accounts.csv")
        #expect(try scratch.keeptouch("import", "reports").code == 0)
        #expect(try scratch.query("SELECT since FROM source") == [["3"]])
        #expect(
            try scratch.number(
                "SELECT count(DISTINCT account_id) FROM event JOIN event_kind k ON k.id = kind_id WHERE k.name = 'report_made'"
            ) == 3)
        // What was asked for again and taken is listed as rejected no more.
        #expect((try? scratch.text("reports.rejected.csv")) == nil)
    }

    @Test func anAnswerThatIsCutAppliesNothing() throws {
        let scratch = try Scratch(small: "in_app")
        let server = try SourceServer(scratch)
        try Self.sources(
            """
            customers:
              import: accounts
              url: http://127.0.0.1:\(server.port)/accounts.csv
              token: env:TOKEN
              allow_private: true
            failing:
              import: accounts
              command: [sh, -c, "echo key; echo a9; echo it is broken >&2; exit 3"]
            """, in: scratch)
        try server.answer("key,seats\na1,3\na2,3\n", isCut: true)
        let cut = try Program.run(["import", "all"], in: scratch.folder, environment: ["TOKEN": "let-me-in"])
        #expect(cut.code == 1 && cut.complaints.contains("failed with exit code 3: it is broken"), "\(cut.complaints)")
        #expect(try scratch.number("SELECT count(*) FROM account") == 0)
        let wrong = try Program.run(["import", "customers"], in: scratch.folder, environment: ["TOKEN": "wrong-token"])
        #expect(wrong.complaints.contains("the server answered 401") && !wrong.complaints.contains("wrong-token"))
        #expect(
            try scratch.query("SELECT name, failures FROM source ORDER BY name") == [
                ["customers", "2"], ["failing", "1"],
            ])
    }

    @Test func serveKeepsPullingAndABrokenSourceStopsNothing() throws {
        let endpoint = try Endpoint()
        let scratch = try Scratch(small: "in_app", port: endpoint.port)
        try scratch.replace("when: seats > 1", with: "on: report_made", in: "playbooks/hello/playbook.yaml")
        try scratch.importAccounts(1)
        try scratch.write("more.csv", "key,seats,contact_email\na2,3,ann@a2.example\n")
        try Self.sources(
            """
            broken:
              import: accounts
              postgres: postgresql://nobody@127.0.0.1:9/nothing
              query: SELECT 1 AS key
            hanging:
              import: metrics
              command: [sleep, "600"]
              patience: 1s
            more:
              import: accounts
              file: more.csv
            """, in: scratch)
        let serving = try Serving(scratch)
        #expect(serving.tells("name=more"), "\(serving.log)")
        #expect(serving.tells("name=broken"), "\(serving.log)")
        #expect(serving.tells("ended after"), "\(serving.log)")
        try scratch.keeptouch("record", "a1", "report_made", "score=5")
        #expect(endpoint.waits(forRequests: 1), "\(serving.log)")
        #expect(serving.end() == 0)
        #expect(try scratch.query("SELECT key FROM account ORDER BY key") == [["a1"], ["a2"]])
        let status = try scratch.keeptouch("status")
        #expect(status.output.contains("source more: pulled") && status.output.contains("; next "), "\(status.output)")
    }

    // MARK: Files of the workspace

    @Test func checkSaysWhatIsWrongWithASource() throws {
        let scratch = try Scratch(small: "in_app")
        try Self.sources(
            """
            one:
              import: acounts
              file: a.csv
            two:
              import: accounts
              file: a.csv
              url: https://x.example/a.csv
            three:
              import: accounts
              postgres: env:WAREHOUSE
              query: SELECT id AS key FROM customer
              since: { column: id, first: "0" }
            four:
              import: accounts
              url: http://x.example/a.csv
            accounts:
              import: accounts
              file: a.csv
            five:
              import: accounts
              file: a.csv
              complete: true
            """, in: scratch)
        let checked = try scratch.keeptouch("check")
        #expect(checked.code == 1)
        for text in [
            "unknown import \"acounts\"; did you mean \"accounts\"?", "comes from file and url", "write $1 where",
            "data do not travel in clear", "\"accounts\" is what import takes already", "\"complete\" is for metrics",
        ] {
            #expect(
                (checked.output + checked.complaints).contains(text), "\(text): \(checked.output)\(checked.complaints)")
        }
    }
}
