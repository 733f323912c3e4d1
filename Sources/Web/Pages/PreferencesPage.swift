import Basics
import HTTPTypes
import Measure
import Playbooks
import Storage

/// The page on which a contact leaves categories and takes that back.
struct PreferencesPage {
    var preferences: Preferences
    /// The category of the message whose link was followed.
    var category: String
    var categories: [Configuration.Category]
    var look: PageLook

    /// What has just been done.
    enum Done {
        case left, leftAll, saved, nothing
    }

    func page(_ done: Done? = nil) -> Page {
        let words = PageWords.of(preferences.locale)
        var page = Page(words.preferences, language: words.code, look: look)
        switch done {
        case .left: page.notice(words.left(title))
        case .leftAll: page.notice(words.leftAll)
        case .saved: page.notice(words.saved)
        case .nothing:
            page.status = .badRequest
            page.notice(words.notUnderstood)
        case nil: break
        }
        if let address = preferences.addresses.first { page.paragraph(words.about(Self.masked(address))) }
        if preferences.isBlocked {
            page.paragraph(words.blocked)
            return page
        }
        if preferences.wants(category) {
            page.add(button(words.leave(title), "<input type=\"hidden\" name=\"action\" value=\"leave\">"))
        }
        choices(words, on: &page)
        if !preferences.hasLeftAll {
            page.add(
                button(
                    words.leaveAll, "<input type=\"hidden\" name=\"action\" value=\"leave_all\">",
                    style: " class=\"quiet\""))
        }
        page.paragraph(words.necessary)
        return page
    }

    private func choices(_ words: PageWords, on page: inout Page) {
        guard !categories.isEmpty else { return }
        page.add("<h2>\(HTML.escaped(words.choose))</h2>")
        page.add("<form method=\"post\"><input type=\"hidden\" name=\"action\" value=\"save\">")
        page.add("<fieldset><legend>\(HTML.escaped(words.categories))</legend>")
        for category in categories {
            let name = HTML.escaped(category.name)
            let mark = preferences.wants(category.name) ? " checked" : ""
            page.add(
                "<label><input type=\"checkbox\" name=\"category\" value=\"\(name)\"\(mark)>"
                    + "\(HTML.escaped(category.title))</label>")
        }
        page.add("</fieldset><p><button>\(HTML.escaped(words.save))</button></p></form>")
    }

    private func button(_ label: String, _ fields: String, style: String = "") -> String {
        "<form method=\"post\">\(fields)<p><button\(style)>\(HTML.escaped(label))</button></p></form>"
    }

    private var title: String { categories.first { $0.name == category }?.title ?? category }

    /// The address as its owner recognizes it and a stranger with a forwarded mail does not learn it: `a•••@acme.example`.
    static func masked(_ address: String) -> String {
        guard let at = address.lastIndex(of: "@"), let first = address.first, at > address.startIndex else {
            return "•••"
        }
        return "\(first)•••\(address[at...])"
    }
}
