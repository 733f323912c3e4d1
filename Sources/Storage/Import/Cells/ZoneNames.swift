import Playbooks

/// What Rails and Windows call time zones, with the names that they have elsewhere.
///
/// Only what is certain: `CST` is in America, in China and in Cuba.
enum ZoneNames {
    /// The zone of the time zone database that a name means: `Pacific Time (US & Canada)`, `W. Europe Standard Time`,
    /// `(UTC+01:00) Amsterdam, Berlin, Bern`; nil where nobody can be certain.
    static func zone(_ name: String) -> String? {
        var text = name.lowercased()
        if text.hasPrefix("("), let end = text.firstIndex(of: ")"),
            isOffset(text[text.index(after: text.startIndex)..<end])
        {
            text = String(text[text.index(after: end)...].drop { $0 == " " })
        }
        if let zone = zones[text] { return known(zone) }
        // Of a list of cities the first stands for all.
        return text.split(separator: ",").first.flatMap { zones[String($0)] }.flatMap(known)
    }

    private static func isOffset(_ text: Substring) -> Bool {
        let rest = text.hasPrefix("utc") || text.hasPrefix("gmt") ? text.dropFirst(3) : ""
        return rest.isEmpty ? text == "utc" || text == "gmt" : rest.allSatisfy { "+-−:0123456789".contains($0) }
    }

    /// An older database knows some under an older name, or not at all.
    private static func known(_ zone: String) -> String? {
        if Zone(zone) != nil { return zone }
        return older[zone].flatMap { Zone($0) == nil ? nil : $0 }
    }

    private static let older = [
        "Europe/Kyiv": "Europe/Kiev", "America/Nuuk": "America/Godthab", "Asia/Yangon": "Asia/Rangoon",
    ]

    private static let zones: [String: String] = {
        var zones: [String: String] = [:]
        for line in (rails + "\n" + windows).split(separator: "\n") {
            let parts = line.split(separator: "|")
            guard parts.count == 2 else { continue }
            zones[parts[0].lowercased()] = String(parts[1])
        }
        return zones
    }()

    private static let rails = """
        International Date Line West|Etc/GMT+12
        American Samoa|Pacific/Pago_Pago
        Midway Island|Pacific/Midway
        Hawaii|Pacific/Honolulu
        Alaska|America/Juneau
        Pacific Time (US & Canada)|America/Los_Angeles
        Tijuana|America/Tijuana
        Arizona|America/Phoenix
        Mazatlan|America/Mazatlan
        Mountain Time (US & Canada)|America/Denver
        Central America|America/Guatemala
        Central Time (US & Canada)|America/Chicago
        Chihuahua|America/Chihuahua
        Guadalajara|America/Mexico_City
        Mexico City|America/Mexico_City
        Monterrey|America/Monterrey
        Saskatchewan|America/Regina
        Bogota|America/Bogota
        Eastern Time (US & Canada)|America/New_York
        Indiana (East)|America/Indiana/Indianapolis
        Lima|America/Lima
        Quito|America/Lima
        Atlantic Time (Canada)|America/Halifax
        Caracas|America/Caracas
        Georgetown|America/Guyana
        La Paz|America/La_Paz
        Puerto Rico|America/Puerto_Rico
        Santiago|America/Santiago
        Newfoundland|America/St_Johns
        Brasilia|America/Sao_Paulo
        Buenos Aires|America/Argentina/Buenos_Aires
        Montevideo|America/Montevideo
        Greenland|America/Nuuk
        Mid-Atlantic|Atlantic/South_Georgia
        Azores|Atlantic/Azores
        Cape Verde Is.|Atlantic/Cape_Verde
        Casablanca|Africa/Casablanca
        Dublin|Europe/Dublin
        Edinburgh|Europe/London
        Lisbon|Europe/Lisbon
        London|Europe/London
        Monrovia|Africa/Monrovia
        Amsterdam|Europe/Amsterdam
        Belgrade|Europe/Belgrade
        Berlin|Europe/Berlin
        Bern|Europe/Zurich
        Zurich|Europe/Zurich
        Bratislava|Europe/Bratislava
        Brussels|Europe/Brussels
        Budapest|Europe/Budapest
        Copenhagen|Europe/Copenhagen
        Ljubljana|Europe/Ljubljana
        Madrid|Europe/Madrid
        Paris|Europe/Paris
        Prague|Europe/Prague
        Rome|Europe/Rome
        Sarajevo|Europe/Sarajevo
        Skopje|Europe/Skopje
        Stockholm|Europe/Stockholm
        Vienna|Europe/Vienna
        Warsaw|Europe/Warsaw
        West Central Africa|Africa/Algiers
        Zagreb|Europe/Zagreb
        Athens|Europe/Athens
        Bucharest|Europe/Bucharest
        Cairo|Africa/Cairo
        Harare|Africa/Harare
        Helsinki|Europe/Helsinki
        Jerusalem|Asia/Jerusalem
        Kaliningrad|Europe/Kaliningrad
        Kyiv|Europe/Kyiv
        Pretoria|Africa/Johannesburg
        Riga|Europe/Riga
        Sofia|Europe/Sofia
        Tallinn|Europe/Tallinn
        Vilnius|Europe/Vilnius
        Baghdad|Asia/Baghdad
        Istanbul|Europe/Istanbul
        Kuwait|Asia/Kuwait
        Minsk|Europe/Minsk
        Moscow|Europe/Moscow
        Nairobi|Africa/Nairobi
        Riyadh|Asia/Riyadh
        St. Petersburg|Europe/Moscow
        Volgograd|Europe/Volgograd
        Samara|Europe/Samara
        Tehran|Asia/Tehran
        Abu Dhabi|Asia/Dubai
        Baku|Asia/Baku
        Muscat|Asia/Muscat
        Tbilisi|Asia/Tbilisi
        Yerevan|Asia/Yerevan
        Kabul|Asia/Kabul
        Ekaterinburg|Asia/Yekaterinburg
        Islamabad|Asia/Karachi
        Karachi|Asia/Karachi
        Tashkent|Asia/Tashkent
        Chennai|Asia/Kolkata
        Kolkata|Asia/Kolkata
        Mumbai|Asia/Kolkata
        New Delhi|Asia/Kolkata
        Sri Jayawardenepura|Asia/Colombo
        Kathmandu|Asia/Kathmandu
        Almaty|Asia/Almaty
        Astana|Asia/Almaty
        Dhaka|Asia/Dhaka
        Urumqi|Asia/Urumqi
        Rangoon|Asia/Yangon
        Bangkok|Asia/Bangkok
        Hanoi|Asia/Ho_Chi_Minh
        Jakarta|Asia/Jakarta
        Krasnoyarsk|Asia/Krasnoyarsk
        Novosibirsk|Asia/Novosibirsk
        Beijing|Asia/Shanghai
        Chongqing|Asia/Shanghai
        Hong Kong|Asia/Hong_Kong
        Irkutsk|Asia/Irkutsk
        Kuala Lumpur|Asia/Kuala_Lumpur
        Perth|Australia/Perth
        Singapore|Asia/Singapore
        Taipei|Asia/Taipei
        Ulaanbaatar|Asia/Ulaanbaatar
        Osaka|Asia/Tokyo
        Sapporo|Asia/Tokyo
        Seoul|Asia/Seoul
        Tokyo|Asia/Tokyo
        Yakutsk|Asia/Yakutsk
        Adelaide|Australia/Adelaide
        Darwin|Australia/Darwin
        Brisbane|Australia/Brisbane
        Canberra|Australia/Sydney
        Guam|Pacific/Guam
        Hobart|Australia/Hobart
        Melbourne|Australia/Melbourne
        Port Moresby|Pacific/Port_Moresby
        Sydney|Australia/Sydney
        Vladivostok|Asia/Vladivostok
        Magadan|Asia/Magadan
        New Caledonia|Pacific/Noumea
        Solomon Is.|Pacific/Guadalcanal
        Auckland|Pacific/Auckland
        Fiji|Pacific/Fiji
        Kamchatka|Asia/Kamchatka
        Marshall Is.|Pacific/Majuro
        Wellington|Pacific/Auckland
        Chatham Is.|Pacific/Chatham
        Nuku'alofa|Pacific/Tongatapu
        Samoa|Pacific/Apia
        Tokelau Is.|Pacific/Fakaofo
        """

    private static let windows = """
        Hawaiian Standard Time|Pacific/Honolulu
        Alaskan Standard Time|America/Anchorage
        Pacific Standard Time|America/Los_Angeles
        Pacific Standard Time (Mexico)|America/Tijuana
        US Mountain Standard Time|America/Phoenix
        Mountain Standard Time|America/Denver
        Central America Standard Time|America/Guatemala
        Central Standard Time|America/Chicago
        Central Standard Time (Mexico)|America/Mexico_City
        Canada Central Standard Time|America/Regina
        SA Pacific Standard Time|America/Bogota
        Eastern Standard Time|America/New_York
        US Eastern Standard Time|America/Indiana/Indianapolis
        Atlantic Standard Time|America/Halifax
        Venezuela Standard Time|America/Caracas
        SA Western Standard Time|America/La_Paz
        Pacific SA Standard Time|America/Santiago
        Newfoundland Standard Time|America/St_Johns
        E. South America Standard Time|America/Sao_Paulo
        Argentina Standard Time|America/Argentina/Buenos_Aires
        SA Eastern Standard Time|America/Cayenne
        Montevideo Standard Time|America/Montevideo
        Greenland Standard Time|America/Nuuk
        Azores Standard Time|Atlantic/Azores
        Cape Verde Standard Time|Atlantic/Cape_Verde
        Morocco Standard Time|Africa/Casablanca
        GMT Standard Time|Europe/London
        Greenwich Standard Time|Atlantic/Reykjavik
        W. Europe Standard Time|Europe/Berlin
        Central Europe Standard Time|Europe/Budapest
        Romance Standard Time|Europe/Paris
        Central European Standard Time|Europe/Warsaw
        W. Central Africa Standard Time|Africa/Lagos
        Jordan Standard Time|Asia/Amman
        GTB Standard Time|Europe/Bucharest
        Middle East Standard Time|Asia/Beirut
        Egypt Standard Time|Africa/Cairo
        South Africa Standard Time|Africa/Johannesburg
        FLE Standard Time|Europe/Kyiv
        Israel Standard Time|Asia/Jerusalem
        E. Europe Standard Time|Europe/Chisinau
        Kaliningrad Standard Time|Europe/Kaliningrad
        Turkey Standard Time|Europe/Istanbul
        Arabic Standard Time|Asia/Baghdad
        Arab Standard Time|Asia/Riyadh
        Belarus Standard Time|Europe/Minsk
        Russian Standard Time|Europe/Moscow
        E. Africa Standard Time|Africa/Nairobi
        Iran Standard Time|Asia/Tehran
        Arabian Standard Time|Asia/Dubai
        Azerbaijan Standard Time|Asia/Baku
        Russia Time Zone 3|Europe/Samara
        Mauritius Standard Time|Indian/Mauritius
        Georgian Standard Time|Asia/Tbilisi
        Caucasus Standard Time|Asia/Yerevan
        Afghanistan Standard Time|Asia/Kabul
        West Asia Standard Time|Asia/Tashkent
        Ekaterinburg Standard Time|Asia/Yekaterinburg
        Pakistan Standard Time|Asia/Karachi
        India Standard Time|Asia/Kolkata
        Sri Lanka Standard Time|Asia/Colombo
        Nepal Standard Time|Asia/Kathmandu
        Bangladesh Standard Time|Asia/Dhaka
        Myanmar Standard Time|Asia/Yangon
        SE Asia Standard Time|Asia/Bangkok
        N. Central Asia Standard Time|Asia/Novosibirsk
        North Asia Standard Time|Asia/Krasnoyarsk
        China Standard Time|Asia/Shanghai
        North Asia East Standard Time|Asia/Irkutsk
        Singapore Standard Time|Asia/Singapore
        W. Australia Standard Time|Australia/Perth
        Taipei Standard Time|Asia/Taipei
        Ulaanbaatar Standard Time|Asia/Ulaanbaatar
        Tokyo Standard Time|Asia/Tokyo
        Korea Standard Time|Asia/Seoul
        Yakutsk Standard Time|Asia/Yakutsk
        Cen. Australia Standard Time|Australia/Adelaide
        AUS Central Standard Time|Australia/Darwin
        E. Australia Standard Time|Australia/Brisbane
        AUS Eastern Standard Time|Australia/Sydney
        West Pacific Standard Time|Pacific/Port_Moresby
        Tasmania Standard Time|Australia/Hobart
        Vladivostok Standard Time|Asia/Vladivostok
        Central Pacific Standard Time|Pacific/Guadalcanal
        New Zealand Standard Time|Pacific/Auckland
        Fiji Standard Time|Pacific/Fiji
        Tonga Standard Time|Pacific/Tongatapu
        Samoa Standard Time|Pacific/Apia
        """
}
