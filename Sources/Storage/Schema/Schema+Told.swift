extension Schema {
    static let told = """
        -- What imports said last of whether the account is a customer; NULL where none has said it. Only a change of it brings
        -- an account back that has left by an event or by its billing since: a file that stays as it was says nothing new.
        ALTER TABLE account ADD COLUMN status_told TEXT CHECK (status_told IN ('active', 'churned'));
        UPDATE account SET status_told = status;
        """
}
