import Delivery
import Testing

@Suite struct AddressRuleTests {
    @Test(arguments: [
        "8.8.8.8", "172.15.0.1", "172.32.0.1", "100.63.0.1", "192.167.1.1", "2606:4700::1111", "2a00:1450::8",
    ])
    func publicAddressesAreAllowed(address: String) {
        #expect(AddressRule.isPublic(address))
    }

    @Test(arguments: [
        "127.0.0.1", "127.255.0.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.7", "224.0.0.1",
        "255.255.255.255",
        "::", "::1", "::ffff:8.8.8.8", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::a00:1", "fe80::1", "fe80::1%eth0",
        "fc00::1",
        "fd12::1", "ff02::1", "2001:db8::1", "2002:7f00:1::", "2001:0:1::1", "3fff::1", "localhost", "", "8.8.8.8.8",
    ])
    func everythingElseIsRefused(address: String) {
        #expect(!AddressRule.isPublic(address))
    }
}
