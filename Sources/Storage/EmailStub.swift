package enum EmailAddress { package static func normalized(_ t: String) -> String? { t } }
