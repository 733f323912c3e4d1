/// The words that made-up accounts and people are named with.
enum SampleNames {
    static let qualities = [
        "Amber", "Blue", "Bright", "Cedar", "Clear", "Copper", "Coral", "Early", "Eastern", "Fair", "Golden", "Green",
        "Grand", "Hidden", "High", "Iron", "Little", "Lucky", "Maple", "Northern", "Old", "Open", "Quiet", "Red",
        "River", "Silver", "Southern", "Stone", "Sunny", "Swift", "Twin", "Western",
    ]
    static let places = [
        "Anchor", "Arch", "Bay", "Bridge", "Brook", "Canyon", "Corner", "Creek", "Crest", "Field", "Forest", "Garden",
        "Harbor", "Hill", "Island", "Lake", "Meadow", "Mill", "Orchard", "Peak", "Pine", "Point", "Port", "Ridge",
        "Spring", "Square", "Station", "Street", "Tower", "Valley", "View", "Wharf",
    ]
    static let trades = [
        "Analytics", "Architects", "Bakery", "Bikes", "Books", "Builders", "Care", "Clinic", "Coffee", "Consulting",
        "Dental", "Design", "Electric", "Events", "Farms", "Fitness", "Foods", "Furniture", "Gardens", "Hotels",
        "Labs", "Legal", "Logistics", "Media", "Motors", "Outdoors", "Pharmacy", "Printing", "Realty", "Schools",
        "Software", "Travel",
    ]
    static let firstNames = [
        "Ada", "Alma", "Amir", "Ana", "Ben", "Carla", "Chen", "Chloe", "Daniel", "Dora", "Elif", "Emma", "Farid",
        "Grace", "Hana", "Hugo", "Ines", "Ivan", "Jonas", "Julia", "Kofi", "Lars", "Lena", "Leo", "Lucia", "Maria",
        "Mei", "Milan", "Nadia", "Noah", "Olga", "Omar", "Paul", "Priya", "Rosa", "Samuel", "Sofia", "Tom", "Yuki",
        "Zoe",
    ]
    static let lastNames = [
        "Adeyemi", "Andersen", "Bauer", "Becker", "Brown", "Castro", "Chang", "Costa", "Dubois", "Evans", "Fischer",
        "Garcia", "Haas", "Hansen", "Ito", "Jensen", "Khan", "Kim", "Kowalski", "Lee", "Lopez", "Martin", "Mensah",
        "Meyer", "Moreau", "Nguyen", "Novak", "Okafor", "Patel", "Petrov", "Rossi", "Santos", "Sato", "Silva", "Singh",
        "Smith", "Tanaka", "Torres", "Wang", "Weber",
    ]
    /// Several entries stand for a larger share.
    static let zones = [
        "America/Chicago", "America/Chicago", "America/New_York", "America/New_York", "America/New_York",
        "America/Denver", "America/Los_Angeles", "America/Los_Angeles", "Europe/London", "Europe/London",
        "Europe/Berlin", "Asia/Kolkata", "Australia/Sydney", "America/Sao_Paulo",
    ]
    static let titles = ["Owner", "Office manager", "Operations lead", "Head of sales", "Founder", "Team lead"]
    static let cancelReasons = ["too_expensive", "too_expensive", "lacks_something", "not_used", "closing_down"]
    /// The reasons of the data map for what is said on leaving.
    static let churnReasons = [
        "too_expensive": "price", "lacks_something": "missing_feature", "not_used": "no_use",
        "closing_down": "out_of_business",
    ]
    static let topics = ["billing", "export", "import", "login", "reports", "sharing"]
    static let comments = [
        "", "", "", "Does what it says.", "Good, but the export is slow.", "Could you add \"dark mode\"?",
        "Great support, thank you!", "Too many clicks for a simple report.",
    ]
    static let features = ["scheduled_report", "saved_view", "saved_view", "export", "alert"]
    static let wishes = [
        (key: "pdf_export", title: "PDF export"), (key: "dark_mode", title: "Dark mode"),
        (key: "sso", title: "Single sign-on"), (key: "calendar", title: "Calendar connection"),
    ]
    static let promises = [
        "import your old reports", "connect your shop", "train your team", "set up single sign-on",
    ]
}
