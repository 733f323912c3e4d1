import Playbooks

/// The layout of e-mails that name none, in a team's own looks.
enum BuiltInLayout {
    /// The rules that stand on the elements; mail programs differ in what they keep of a style sheet.
    static func sheet(_ brand: Brand) -> String {
        """
        a{color:\(brand.accent)}
        h1,h2,h3{line-height:1.25;margin:0 0 16px}h1{font-size:24px}h2{font-size:20px}h3{font-size:17px}
        p{margin:0 0 16px}ul,ol{margin:0 0 16px;padding:0 0 0 24px}li{margin:0 0 4px}
        img{border:0;height:auto;max-width:100%}
        blockquote{border-left:3px solid #c4c9d4;margin:0 0 16px;padding-left:12px}
        pre{background:#f3f4f6;margin:0 0 16px;overflow:auto;padding:12px;white-space:pre-wrap}
        hr{border:0;border-top:1px solid #c4c9d4;margin:24px 0}
        .foot a{color:\(soft)}
        """
    }

    /// Softer words, on the light and on the dark page; each has a contrast of more than 4.5:1.
    static let soft = "#5b6270"
    private static let softDark = "#a4abb8"

    static func text(_ brand: Brand) -> String {
        let dark = brand.accentDark
        return """
            <!doctype html>
            <html lang="{{language}}" dir="{{direction}}">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width,initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="supported-color-schemes" content="light dark">
            <title>{{subject}}</title>
            <!--[if mso]><style>*{font-family:Arial,sans-serif!important}</style><![endif]-->
            <style>
            :root{color-scheme:light dark}
            @media (max-width:640px){.out{padding:16px 0!important}.in{padding-left:20px!important;padding-right:20px!important}\
            .sheet{border-radius:0!important}}
            @media (prefers-color-scheme:dark){.page{background:\(Brand.dark.page)!important}\
            .sheet{background:\(Brand.dark.sheet)!important;color:#e8eaed!important}a{color:\(dark)!important}\
            pre{background:#2a2e37!important}.button{background:\(dark)!important}.button a{color:\(dark.ink)!important}\
            .foot,.foot a{color:\(softDark)!important}.logo{color:#e8eaed!important}.plate{background:#fff!important;\
            border-radius:6px;color:#1f2329!important;padding:8px}.lit{display:none!important}\
            .unlit{display:inline-block!important;max-height:none!important}}
            </style>
            </head>
            <body class="page" style="background:\(Brand.light.page);margin:0;padding:0;word-spacing:normal">
            <table class="page" role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" \
            style="background:\(Brand.light.page)"><tr><td class="out" align="center" style="padding:32px 12px">
            <!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0"><tr><td><![endif]-->
            <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" \
            style="margin:0 auto;max-width:600px">
            {{#logo}}<tr><td class="in" align="{{start}}" style="padding:0 32px 20px">{{logo}}</td></tr>
            {{/logo}}<tr><td class="sheet in" align="{{start}}" style="background:#fff;border-radius:8px;color:#1f2329;\
            font:16px/1.5 \(brand.font);padding:32px">
            {{body}}{{action}}</td></tr>
            <tr><td class="foot in" align="{{start}}" style="color:\(soft);font:13px/1.6 \(brand.font);padding:20px 32px">
            {{footer}}</td></tr>
            </table>
            <!--[if mso]></td></tr></table><![endif]-->
            </td></tr></table>
            </body>
            </html>

            """
    }
}
