extension Schema {
    static let endpoints = """
        -- The `EndpointPrint` of the last attempt: what may have arrived at one endpoint is never repeated at another.
        ALTER TABLE touch ADD COLUMN endpoint TEXT;
        -- NULL while no attempt may have arrived.
        ALTER TABLE digest ADD COLUMN endpoint TEXT;
        """
}
