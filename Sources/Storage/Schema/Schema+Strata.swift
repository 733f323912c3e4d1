extension Schema {
    /// Draws within the values of an attribute.
    static let strata = """
        -- The value within which the arm was drawn, as it was then; NULL where the experiment has no strata.
        ALTER TABLE assignment ADD COLUMN stratum TEXT;
        """
}
