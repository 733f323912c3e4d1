import ArgumentParser
struct ExplainCommand: ParsableCommand { }
