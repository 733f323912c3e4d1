import Playbooks
import Testing

@testable import Web

@Suite struct PasswordTests {
    @Test func aPasswordIsKeptAsScryptAndFoundAgain() throws {
        let kept = try Password.hash("correct horse battery")
        #expect(kept.hasPrefix("$scrypt$ln=15,r=8,p=3$"))
        #expect(Password.isRight("correct horse battery", for: kept))
        #expect(!Password.isRight("correct horse batterz", for: kept))
        #expect(!Password.isRight("correct horse battery", for: nil))
        #expect(!Password.isRight("x", for: "$scrypt$nonsense"))
        // Two people with one password have two texts.
        #expect(try Password.hash("correct horse battery") != kept)
    }

    /// The second vector of RFC 7914, section 12: "pleaseletmein", "SodiumChloride", N 16384, r 8, p 1.
    @Test func theTextOfAnotherProgramIsUnderstood() {
        let kept =
            "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofI"
        #expect(Password.isRight("pleaseletmein", for: kept))
        #expect(!Password.isRight("pleaseletmeout", for: kept))
    }

    @Test func aPasswordIsLongAndNotTheName() {
        #expect(Password.complaint("short", name: "ada") != nil)
        #expect(Password.complaint("ada.lovelace.1815", name: "Ada.Lovelace.1815") != nil)
        #expect(Password.complaint("a short sentence", name: "ada") == nil)
    }

    @Test func wrongTriesAreSlowedDownByNameAndAddress() {
        let doors = Doors()
        var now = Instant(milliseconds: 0)
        for _ in 0..<5 {
            #expect(doors.wait(["name ada", "from x"], at: now) == nil)
            doors.failed(["name ada", "from x"], at: now)
        }
        #expect(doors.wait(["name ada"], at: now) == .seconds(2))
        #expect(doors.wait(["name ben", "from x"], at: now) == .seconds(2))
        #expect(doors.wait(["name ben", "from y"], at: now) == nil)
        now = now + .seconds(2)
        #expect(doors.wait(["name ada"], at: now) == nil)
        doors.failed(["name ada"], at: now)
        #expect(doors.wait(["name ada"], at: now) == .seconds(4))
        for _ in 0..<30 { doors.failed(["name ada"], at: now) }
        #expect(doors.wait(["name ada"], at: now) == .minutes(15))
        doors.succeeded(["name ada"])
        #expect(doors.wait(["name ada"], at: now) == nil)
    }
}
