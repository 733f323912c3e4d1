package import Statistics

extension Report {
    /// The data of a picture; how it is drawn is for the page and the terminal to know.
    package enum Chart: Sendable, Hashable {
        case survival(Survival)
        case control(Control)
        case funnel(Funnel)
        case intervals(Intervals)
        case heat(Heat)
        case line(Line)
    }
}

extension Report.Chart {
    /// Kaplan-Meier curves with their bands.
    package struct Survival: Sendable, Hashable, Codable {
        package struct Point: Sendable, Hashable, Codable {
            /// In the chart's unit of time.
            package var time: Double
            package var survival: Double
            package var band: Interval?

            package init(time: Double, survival: Double, band: Interval? = nil) {
                (self.time, self.survival, self.band) = (time, survival, band)
            }
        }

        package struct Curve: Sendable, Hashable, Codable {
            package var name: String
            /// A step at each point; 1 before the first.
            package var points: [Point]

            package init(name: String, points: [Point]) {
                (self.name, self.points) = (name, points)
            }
        }

        package var title: String
        /// `months`, `days`.
        package var unit: String
        package var curves: [Curve]

        package init(title: String, unit: String, curves: [Curve]) {
            (self.title, self.unit, self.curves) = (title, unit, curves)
        }
    }

    /// A figure of each period between its control limits, against a target.
    package struct Control: Sendable, Hashable, Codable {
        package struct Point: Sendable, Hashable, Codable {
            package var label: String
            package var value: Double?
            package var limits: Interval?
            package var isOutside: Bool
            /// What stands behind it, where there is a page of that; not part of the JSON.
            package var lead: Report.Table.Lead?

            package init(
                label: String, value: Double?, limits: Interval?, isOutside: Bool, lead: Report.Table.Lead? = nil
            ) {
                (self.label, self.value, self.limits, self.isOutside) = (label, value, limits, isOutside)
                self.lead = lead
            }

            package enum CodingKeys: CodingKey {
                case label, value, limits, isOutside
            }
        }

        package var title: String
        package var center: Double?
        package var target: Double?
        package var points: [Point]

        package init(title: String, center: Double?, target: Double?, points: [Point]) {
            (self.title, self.center, self.target, self.points) = (title, center, target, points)
        }
    }

    /// Counts that can only fall from step to step.
    package struct Funnel: Sendable, Hashable, Codable {
        package struct Step: Sendable, Hashable, Codable {
            package var label: String
            package var count: Int
            /// What stands behind it; not part of the JSON.
            package var lead: Report.Table.Lead?

            package init(label: String, count: Int, lead: Report.Table.Lead? = nil) {
                (self.label, self.count, self.lead) = (label, count, lead)
            }

            package enum CodingKeys: CodingKey {
                case label, count
            }
        }

        package var title: String
        package var steps: [Step]

        package init(title: String, steps: [Step]) {
            (self.title, self.steps) = (title, steps)
        }
    }

    /// Effects with their intervals, around a line at zero.
    package struct Intervals: Sendable, Hashable, Codable {
        package struct Row: Sendable, Hashable, Codable {
            package var label: String
            package var estimate: Double?
            package var interval: Interval?

            package init(label: String, estimate: Double?, interval: Interval?) {
                (self.label, self.estimate, self.interval) = (label, estimate, interval)
            }
        }

        package var title: String
        /// How the numbers are written; not part of the JSON.
        package var unit = Report.Unit.share
        package var rows: [Row]

        package init(title: String, unit: Report.Unit, rows: [Row]) {
            (self.title, self.unit, self.rows) = (title, unit, rows)
        }

        package enum CodingKeys: CodingKey {
            case title, rows
        }
    }

    /// Shares by row and column, as of cohorts by month.
    package struct Heat: Sendable, Hashable, Codable {
        package struct Row: Sendable, Hashable, Codable {
            package var label: String
            /// One for each column, 0 to 1; nil where there is nothing yet.
            package var values: [Double?]
            /// The first column whose figure is not complete; the number of columns when all are.
            package var complete: Int

            package init(label: String, values: [Double?], complete: Int) {
                (self.label, self.values, self.complete) = (label, values, complete)
            }
        }

        package var title: String
        package var columns: [String]
        package var rows: [Row]

        package init(title: String, columns: [String], rows: [Row]) {
            (self.title, self.columns, self.rows) = (title, columns, rows)
        }
    }

    /// Figures over time or tenure.
    package struct Line: Sendable, Hashable, Codable {
        package struct Series: Sendable, Hashable, Codable {
            package var name: String
            /// One for each label; nil where there is no figure.
            package var values: [Double?]
            package var bands: [Interval?]

            package init(name: String, values: [Double?], bands: [Interval?] = []) {
                (self.name, self.values, self.bands) = (name, values, bands)
            }
        }

        package var title: String
        /// Not part of the JSON.
        package var unit = Report.Unit.share
        package var labels: [String]
        package var series: [Series]

        package init(title: String, unit: Report.Unit, labels: [String], series: [Series]) {
            (self.title, self.unit, self.labels, self.series) = (title, unit, labels, series)
        }

        package enum CodingKeys: CodingKey {
            case title, labels, series
        }
    }
}

extension Report.Chart {
    package var title: String {
        switch self {
        case .survival(let chart): chart.title
        case .control(let chart): chart.title
        case .funnel(let chart): chart.title
        case .intervals(let chart): chart.title
        case .heat(let chart): chart.title
        case .line(let chart): chart.title
        }
    }
}
