extension Channel {
    /// How several touches travel in one request.
    package struct Batch: Sendable, Hashable {
        /// The most touches of one request, 2 to 1,000.
        package var most: Int
        /// Where it goes; the channel's URL when nil.
        package var url: String?
        /// The body of one touch in such a request; the channel's when nil.
        package var body: Body?
        /// JSON pointers into the body, or `/name` for a field of a form: what the touches have there becomes one list.
        /// Without any, the whole bodies do. Outside of these places the bodies must be equal.
        package var items: [String] = []
        /// A place where what the touches have becomes one object, under the addresses that they go to.
        package var byAddress: String?
        /// Where the answer has the list of results, one for each touch, in their order; "" is the whole answer. When
        /// nil, the answer counts for all.
        package var results: String?

        package init(most: Int) {
            self.most = most
        }
    }
}
