import Basics
import Playbooks

extension Channel.Text {
    /// The text; nil when one of its values is missing.
    func text(in envelope: Envelope, each: JSON.Member? = nil) -> String? {
        var text = ""
        for piece in pieces {
            switch piece {
            case .text(let literal): text += literal
            case .expression(let expression):
                guard let value = expression.value(in: envelope, each: each) else { return nil }
                text += value.scalarText ?? value.encodedText
            }
        }
        return text
    }

    /// The text as a URL: values that are not the channel's own are percent-encoded, so that none can leave its place.
    func url(in envelope: Envelope) -> String? {
        var text = ""
        for piece in pieces {
            switch piece {
            case .text(let literal): text += literal
            case .expression(let expression):
                guard let value = expression.value(in: envelope)?.scalarText else { return nil }
                text += expression.isReadyForURL ? value : PercentEncoding.component(value)
            }
        }
        return text
    }
}

extension Channel.Expression {
    /// Nil when it is missing.
    func value(in envelope: Envelope, each: JSON.Member? = nil) -> JSON? {
        var value = source.value(in: envelope, each: each)
        for filter in filters { value = filter.apply(to: value, in: envelope, each: each) }
        return value
    }
}
