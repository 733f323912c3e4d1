import ArgumentParser

@main
struct Keeptouch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keeptouch", abstract: "Keeps in touch with the customers that nobody is assigned to.")
}
