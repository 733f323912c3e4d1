import Playbooks
import Testing

struct NearestNameTests {
    @Test func aSwapAnInsertionADeletionAndAReplacementAreNear() {
        let names = ["audience", "category", "steps"]
        #expect(nearest(to: "audeince", in: names) == "audience")
        #expect(nearest(to: "categorys", in: names) == "category")
        #expect(nearest(to: "step", in: names) == "steps")
        #expect(nearest(to: "audiense", in: names) == "audience")
        #expect(nearest(to: "Steps", in: names) == "steps")
    }

    @Test func aFarNameIsNotGuessed() {
        #expect(nearest(to: "holdout", in: ["audience", "to"]) == nil)
        #expect(nearest(to: "xy", in: ["ab", "cd"]) == nil)
        #expect(nearest(to: "", in: ["audience"]) == nil)
        #expect(nearest(to: "same", in: ["same"]) == nil)
    }

    @Test func ofEquallyNearNamesTheFirstIsChosen() {
        #expect(nearest(to: "plax", in: ["plat", "plan"]) == "plan")
    }
}
