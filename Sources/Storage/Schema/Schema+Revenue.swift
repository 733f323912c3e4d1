extension Schema {
    static let revenue = """
        -- What imports said last of the account's MRR; NULL where none has said it. Only a change of it counts against what
        -- billing has told since: a file that stays as it was says nothing new.
        ALTER TABLE account ADD COLUMN mrr_told INTEGER;
        UPDATE account SET mrr_told = mrr;
        """
}
