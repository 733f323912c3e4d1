import Statistics
import Testing

@Test func groupSequentialBoundsMatchTheirVectors() throws {
    for item in try VectorCase.read("experiments", "3b_group_sequential") {
        let plan = GroupSequential(
            fractions: try item.inputs.information_fractions.doubles, alpha: try item.inputs.alpha.double,
            power: try item.inputs.rho.double)
        for (index, bound) in plan.bounds.enumerated() {
            item.expect(bound, item.outputs.z_bounds[index], to: 1e-6, "look \(index)")
        }
    }
}

@Test func anyNumberOfLooksHasBounds() {
    let daily = GroupSequential(looks: 120)
    #expect(daily.bounds.count == 120)
    #expect(zip(daily.bounds, daily.bounds.dropFirst()).allSatisfy { $0 >= $1 })
    #expect((2.1...2.6).contains(daily.bounds[119]))
    #expect(GroupSequential(fractions: []).bounds.isEmpty)
}

@Test func looksThatBringNothingNewKeepTheBoundBefore() {
    let plan = GroupSequential(fractions: [0, 0.5, 0.5, 0.4, 1, 1.3])
    let usual = GroupSequential(fractions: [0.5, 1])
    #expect(plan.bounds[0] == GroupSequential.never)
    #expect(plan.bounds[1...3].allSatisfy { $0 == usual.bounds[0] })
    #expect(plan.bounds[4...].allSatisfy { $0 == usual.bounds[1] })
    #expect(!plan.stops(9, look: 99) && plan.stops(-9, look: 1))
}

@Test func looksTooEarlyToSpendAnythingNeverStop() {
    let plan = GroupSequential(fractions: [1e-4, 2e-4, 1])
    #expect(plan.bounds[1] == GroupSequential.never)
    #expect(plan.bounds[0] > 6 && abs(plan.bounds[2] - 1.96) < 0.01)
}

@Test func anEarlyStopIsCorrectedDownwardsAndALateOneHardly() {
    let plan = GroupSequential(looks: 4)
    // At the first look the bound is 2.96: one that just passed it was lucky.
    let early = plan.stoppingCorrection(look: 0, z: 3)
    let far = plan.stoppingCorrection(look: 0, z: 6)
    let late = plan.stoppingCorrection(look: 3, z: 4)
    #expect(early > 0.9 && early <= 1)
    #expect(abs(far - 1) < 0.01)
    #expect(late < 1 && late > 0.5)
    #expect(plan.stoppingCorrection(look: 3, z: -4) == late)
}

@Test func theCalendarMaySpendWhatInformationDoesNot() {
    let even = GroupSequential(looks: 4)
    let same = GroupSequential(information: [1, 2, 3, 4], clock: [0.25, 0.5, 0.75, 1])
    #expect(same.bounds == even.bounds)
    // No information, nothing spent; later looks get it.
    let late = GroupSequential(information: [0, 0, 3, 4], clock: [0.25, 0.5, 0.75, 1])
    #expect(late.bounds[0] == GroupSequential.never)
    #expect(late.bounds[2] < even.bounds[2])
}
