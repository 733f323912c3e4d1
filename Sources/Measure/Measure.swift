/// Reports: each is a query and the functions of `Statistics` that it feeds.
enum Measure {}
