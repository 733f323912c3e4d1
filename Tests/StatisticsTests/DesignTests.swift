import Statistics
import Testing

@Test func sampleSizesForSharesMatchTheirVectors() throws {
    for item in try VectorCase.read("experiments", "6_power_n") {
        let (pC, pT) = (try item.inputs.p_control.double, try item.inputs.p_treatment.double)
        let design = Design(
            alpha: try item.inputs.alpha.double, power: try item.inputs.power.double,
            ratio: try item.inputs.ratio_treatment_to_control.double)
        item.expect(design.pooledControl(pC, pT), item.outputs.n_control_pooled)
        item.expect(design.unpooledControl(pC, pT), item.outputs.n_control_unpooled)
        let ceiling = Design.Size(
            control: try item.outputs.n_control_ceil.integer, treatment: try item.outputs.n_treatment_ceil.integer)
        item.expect(
            design.chance(control: pC, treatment: pT, size: ceiling), item.outputs.power_at_n_ceil_unpooled)
        let size = try design.size(control: pC, treatment: pT).get()
        if design.ratio == 1 { #expect(size == ceiling) }
        #expect(try #require(design.chance(control: pC, treatment: pT, size: size)) >= design.power - 1e-3)
    }
    #expect(try Design().size(control: 0.05, treatment: 0.04).get().control == 6745)
    #expect(Design().size(control: 0.05, treatment: 0.05) == .failure(.outOfRange))
    #expect(Design(ratio: 0).size(control: 0.05, treatment: 0.04) == .failure(.outOfRange))
    #expect(Design().size(control: 0.05, treatment: 0.05 + 1e-12) == .failure(.notDetectable))
}

@Test func detectableChangesMatchTheirVectors() throws {
    for item in try VectorCase.read("experiments", "6b_mde") {
        let design = Design(alpha: try item.inputs.alpha.double, power: try item.inputs.power.double)
        let pC = try item.inputs.p_control.double
        let size = Design.Size(
            control: try item.inputs.n_control.integer, treatment: try item.inputs.n_treatment.integer)
        for (change, name) in [(Design.Change.up, "up"), (.down, "down")] {
            let found = design.detectable(control: pC, size: size, change: change)
            item.expect(try? found.get(), item.outputs["p_treatment_\(name)"])
            if item.outputs["p_treatment_\(name)"].isNull { #expect(found == .failure(.notDetectable)) }
        }
    }
    let nobody = Design.Size(control: 0, treatment: 5)
    #expect(Design().detectable(control: 0.1, size: nobody, change: .up) == .failure(.noAccounts))
    #expect(Design().detectable(control: 0, size: nobody, change: .up) == .failure(.outOfRange))
}

@Test func sampleSizesForMeansMatchTheirVectors() throws {
    for item in try VectorCase.read("experiments", "6c_power_means") {
        let design = Design(
            alpha: try item.inputs.alpha.double, power: try item.inputs.power.double,
            ratio: try item.inputs.ratio.double)
        let (difference, deviation) = (try item.inputs.delta.double, try item.inputs.sd.double)
        item.expect(design.controlByZ(difference: difference, deviation: deviation), item.outputs.n1_normal)
        item.expect(design.controlByT(difference: difference, deviation: deviation), item.outputs.n1_t)
    }
    #expect(Design().size(difference: 0, deviation: 1) == .failure(.outOfRange))
    #expect(Design().size(difference: 1, deviation: 0) == .failure(.outOfRange))
}

@Test func eventsAndDaysMatchTheirVectors() throws {
    for item in try VectorCase.read("experiments", "6d_logrank_events") {
        let design = Design(alpha: try item.inputs.alpha.double, power: try item.inputs.power.double)
        item.expect(
            design.events(hazardRatio: try item.inputs.hazard_ratio.double), item.outputs.total_events_schoenfeld)
    }
    for item in try VectorCase.read("experiments", "6e_days") {
        let days = Design.days(
            smallerArm: try item.inputs.n_smaller_arm.integer, eligiblePerDay: try item.inputs.eligible_per_day.double,
            share: try item.inputs.smaller_arm_share.double,
            outcomeWindow: try item.inputs.outcome_window_days.integer)
        item.expect(days.map(Double.init), item.outputs.days)
    }
    #expect(Design().events(hazardRatio: 1) == nil)
}
