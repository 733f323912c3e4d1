/// The chi-squared distribution.
package enum ChiSquared {
    /// P(χ² > x), accurate in relative terms however small; 1 without degrees of freedom.
    package static func above(_ x: Double, degrees: Int) -> Double {
        guard degrees > 0, x > 0 else { return 1 }
        return degrees == 1 ? Normal.outside(x.squareRoot()) : Gamma.upper(Double(degrees) / 2, x / 2)
    }
}
