import Testing

/// What many messages say, for contacts of many languages.
@Suite struct SnippetMessageTests {
    @Test func aMessageIsPutTogetherInTheContactsLanguage() throws {
        let scratch = try Scratch(small: "email")
        try scratch.write(
            "playbooks/hello/hello.md",
            """
            ---
            subject: Hello {{contact.first_name | there}}
            ---
            You have {{account.seats}} {{account.seats | one: seat | other: seats}} until {{account.renewal_at}}.

            {{> signature}}

            """)
        try scratch.write(
            "playbooks/hello/hello.zh-Hant.md",
            "---\nsubject: \"{{contact.first_name | 您好}}\"\n---\n{{account.seats}} 席\n\n{{> signature}}\n")
        try scratch.write("snippets/signature.md", "Yours, {{sender.name}}\n")
        try scratch.write("snippets/signature.zh.md", "{{sender.name}} 敬上\n")
        try scratch.write(
            "accounts.csv", "key,name,seats,renewal_at,locale\na1,One,3,2026-03-03,\na2,Two,1,2026-03-03,\n")
        try scratch.write(
            "contacts.csv",
            "account,key,email,name,role,locale\na1,c1,c1@a1.example,,owner,en-GB\na2,c2,c2@a2.example,,owner,zh_Hant_TW\n"
        )
        let checked = try scratch.keeptouch("check")
        #expect(checked.code == 0 && checked.output.contains("0 warnings"), "\(checked)")
        #expect(try scratch.keeptouch("import", "accounts", "accounts.csv").code == 0)
        #expect(try scratch.keeptouch("import", "contacts", "contacts.csv").code == 0)
        let english = try scratch.keeptouch("preview", "hello", "--account", "a1").output
        #expect(
            english.contains("Subject: Hello there\n\nYou have 3 seats until 3 March.\n\nYours, Small\n"), "\(english)")
        let chinese = try scratch.keeptouch("preview", "hello", "--account", "a2").output
        #expect(chinese.contains("Subject: 您好\n\n1 席\n\nSmall 敬上\n"), "\(chinese)")
        #expect(chinese.contains("退订") || chinese.contains("取消訂閱"), "\(chinese)")

        try scratch.write("snippets/signature.md", "Yours, {{sender.nam}}\n")
        let wrong = try scratch.keeptouch("check")
        #expect(
            wrong.code == 1
                && wrong.output.contains("snippets/signature.md:1:8: error: unknown variable \"sender.nam\""),
            "\(wrong)")
        try scratch.write("snippets/signature.md", "Yours, {{> signature}}\n")
        #expect(try scratch.keeptouch("check").output.contains("the snippet \"signature\" takes itself in"))
    }
}
