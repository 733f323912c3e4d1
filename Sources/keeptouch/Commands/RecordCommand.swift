import ArgumentParser
struct RecordCommand: ParsableCommand { }
