extension Schema {
    /// Reports that pages show at once.
    static let keptReports = """
        -- Reports as they were on a day: the newest of each, and of each experiment one of every weekly look.
        CREATE TABLE kept_report (
            -- attrition, journey, risk or experiment.
            report TEXT NOT NULL,
            -- The playbook of an experiment; empty otherwise.
            arguments TEXT NOT NULL,
            -- The weekly look whose verdict it shows, as a moment; 0 where there are no looks.
            look INTEGER NOT NULL,
            as_of INTEGER NOT NULL,
            -- Process time, and how many milliseconds it took.
            made_at INTEGER NOT NULL,
            took INTEGER NOT NULL,
            -- JSON, whole.
            body TEXT NOT NULL,
            PRIMARY KEY (report, arguments, look)
        ) STRICT, WITHOUT ROWID;
        """
}
