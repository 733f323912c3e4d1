import Basics
import Delivery
import HTTPTypes
import Measure
import Playbooks
import Storage

/// The page on which an answer that was clicked in a message is confirmed.
struct QuestionPage {
    var ask: Ask
    var answer: Ask.Answer
    var locale: String?
    var look: PageLook
    /// The page of another answer, relative to this one.
    var path: (Ask.Answer) -> String

    private var words: PageWords { PageWords.of(locale) }

    /// Before it is confirmed.
    var page: Page {
        var page = Page(ask.question ?? words.yourAnswer, language: words.code, look: look)
        if ask.question != nil { page.add("<p>\(HTML.escaped(words.yourAnswer)):</p>") }
        page.add("<p class=\"notice\"><strong>\(HTML.escaped(answer.label))</strong></p>")
        page.add("<form method=\"post\"><input type=\"hidden\" name=\"action\" value=\"answer\">")
        if ask.comment != nil {
            page.add(
                "<p><label for=\"comment\">\(HTML.escaped(words.comment))</label>"
                    + "<textarea id=\"comment\" name=\"comment\" maxlength=\"\(Self.longestComment)\"></textarea></p>")
        }
        page.add("<p><button>\(HTML.escaped(words.confirm))</button></p></form>")
        page.add("<p id=\"others\">\(HTML.escaped(words.otherAnswers))</p><p class=\"choices\">")
        for other in ask.answers where other != answer {
            page.add("<a href=\"\(path(other))\">\(HTML.escaped(other.label))</a>")
        }
        page.add("</p>")
        return page
    }

    /// After it is confirmed.
    var thanks: Page {
        var page = Page(words.thanks, language: words.code, look: look)
        page.notice(words.recorded)
        page.add("<p>\(HTML.escaped(words.yourAnswer)): <strong>\(HTML.escaped(answer.label))</strong></p>")
        return page
    }

    /// In characters.
    static let longestComment = 5_000

    /// For a question that cannot be answered any more.
    static func closed(_ locale: String?, look: PageLook) -> Page {
        let words = PageWords.of(locale)
        var page = Page(words.closed, language: words.code, look: look, status: .gone)
        page.add("")
        return page
    }
}
