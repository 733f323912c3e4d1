import Playbooks
import Testing

/// By what people end text messages.
@Suite struct StopWordTests {
    @Test(arguments: [
        "STOP", "stop", " Stop! ", "STOPALL", "stop all", "UNSUBSCRIBE", "cancel", "End", "quit", "opt-out", "Opt out.",
        "Stopp", "ABMELDEN", "Arrêt", "ARRET", "arrêter", "BAJA", "Cancelar", "Basta", "SAIR", "Afmelden", "koniec",
        "Rezygnuję", "Avsluta", "Zrušit", "ΔΙΑΚΟΠΗ", "Стоп", "停止", "退订", "ＳＴＯＰ", "\"STOP\"", "توقف", "إيقاف",
        "STOP please",
        "Stop, thanks", "unsubscribe me", "Bitte stoppen", "please STOP", "Stop texting me", "Por favor baja",
        "Opt out please",
        "Désabonner svp", "STOP!!! now",
    ])
    func aWordAloneEndsThem(text: String) {
        #expect(StopWord(text) == .stop)
    }

    @Test(arguments: ["START", "unstop", " Start. ", "Démarrer", "ALTA"])
    func anotherWordLetsThemBeginAgain(text: String) {
        #expect(StopWord(text) == .start)
    }

    @Test(arguments: [
        "", "please stop the bus", "Stop it, I love it", "don't stop", "YES", "stopping", "The end",
        "cancel my order", "end of month", "please do stop", "Please stop the bus", "remove logo", "fin de mes",
        "Bitte Ende März",
        "please", "start the stop", "Ok stop",
        String(repeating: "stop ", count: 40),
    ])
    func aMessageThatSaysMoreIsAnAnswer(text: String) {
        #expect(StopWord(text) == nil)
    }

    @Test func aMessageThatTellsOfItNeedsNoLine() {
        func line(_ text: String, _ language: String = "en", category: String = "tips") -> String? {
            OptOutLine.needed(by: text, category: category, language: language, nil)
        }
        #expect(line("Hi Ada") == "Reply STOP to opt out.")
        #expect(line("Hi Ada", "de-AT") == "Mit STOP abbestellen.")
        #expect(line("Hi Ada", "xx") == "Reply STOP to opt out.")
        #expect(line("Hi Ada. Text STOP to end.") == nil)
        #expect(line("Please stop by") == "Reply STOP to opt out.")
        #expect(line("Your code", category: "service") == nil)
    }
}
