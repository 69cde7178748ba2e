// SPDX-License-Identifier: Apache-2.0
//
// Options that make no sense cannot exist.

import CurlTransport
import HTTPTransport
import Testing

@Suite struct CurlConfigurationTests {
    @Test func `The defaults are those of the documentation, with and without arguments`() throws {
        let configuration = CurlConfiguration()
        #expect(configuration.maximumConnectionsPerHost == 16)
        #expect(configuration.maximumQueuedRequests == 100_000)
        #expect(configuration.maximumResponseBytes == 64 * 1024 * 1024)
        #expect(configuration.timeout == .seconds(60))
        #expect(configuration.connectTimeout == .seconds(10))
        #expect(configuration.caFile == nil)
        #expect(configuration.userAgent == "swift-dataloader")
        #expect(try CurlConfiguration(caFile: nil) == configuration)
    }

    @Test func `Each wrong value is refused by its name`() {
        expectRefusal("maximumConnectionsPerHost") { try CurlConfiguration(maximumConnectionsPerHost: 0) }
        expectRefusal("maximumQueuedRequests") { try CurlConfiguration(maximumQueuedRequests: -1) }
        expectRefusal("maximumResponseBytes") { try CurlConfiguration(maximumResponseBytes: 0) }
        expectRefusal("timeout") { try CurlConfiguration(timeout: .zero) }
        expectRefusal("connectTimeout") { try CurlConfiguration(connectTimeout: .seconds(-1)) }
        expectRefusal("/nowhere/ca.pem") { try CurlConfiguration(caFile: "/nowhere/ca.pem") }
        expectRefusal("userAgent") { try CurlConfiguration(userAgent: "a\r\nX-Injected: 1") }
    }

    private func expectRefusal(
        _ offender: String,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ make: () throws -> CurlConfiguration
    ) {
        let error = #expect(throws: HTTPTransportError.self, sourceLocation: sourceLocation) { try make() }
        #expect(error?.code == .invalidConfiguration, sourceLocation: sourceLocation)
        #expect(error?.message.contains(offender) == true, sourceLocation: sourceLocation)
    }
}
