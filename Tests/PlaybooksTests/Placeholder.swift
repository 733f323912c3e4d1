import Testing
@testable import Playbooks
