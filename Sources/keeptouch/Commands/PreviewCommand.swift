import ArgumentParser
struct PreviewCommand: ParsableCommand { }
