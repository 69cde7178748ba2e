// SPDX-License-Identifier: Apache-2.0
//
// Faults at random: what each does to the request, and that a seed decides them.

import LoopbackServer
import Testing

@Suite(.timeLimit(.minutes(1)))
struct `A fault at random` {
    /// What a client sees of one request that creates a record, and whether the record is there.
    private func meet(_ fault: RandomFaults.Fault) throws -> (seen: String?, acted: Bool) {
        let service = BulkService()
        let faults = RandomFaults(rate: 1, seed: 1, faults: [fault], around: service.respond)
        let server = try LoopbackHTTPServer(handler: faults.respond)
        defer { server.stop() }
        var client = try RawClient(port: server.port)
        client.send(request("POST", "/items", body: #"{"name":"a"}"#))
        var seen: String?
        do throws(RawClient.Failure) {
            seen = try client.readResponse().head
        } catch {
            if case .ended(let text) = error { seen = text }
        }
        #expect(faults.counts == [fault: 1])
        return (seen, service.contents.creations == ["a": 1])
    }

    @Test func `may reset the connection before anything is done`() throws {
        #expect(try meet(.resetBefore) == (nil, false))
    }

    @Test func `may reset the connection after it is done`() throws {
        #expect(try meet(.resetAfter) == (nil, true))
    }

    @Test func `may tell to come later`() throws {
        let (seen, acted) = try meet(.tooManyRequests)
        #expect(seen?.hasPrefix("HTTP/1.1 429 ") == true)
        #expect(seen?.contains("\r\nRetry-After: 0\r\n") == true)
        #expect(!acted)
    }

    @Test func `may refuse for the moment`() throws {
        let (seen, acted) = try meet(.unavailable)
        #expect(seen?.hasPrefix("HTTP/1.1 503 ") == true)
        #expect(!acted)
    }

    @Test func `may cut the body in half`() throws {
        let (seen, acted) = try meet(.halfBody)
        #expect(seen?.hasSuffix("\r\nContent-Length: 21\r\n\r\n{\"id\":\"1\",") == true)
        #expect(acted)
    }

    @Test func `meets about the share of requests that was asked for, the same ones for a seed`() throws {
        func statuses() throws -> [Int?] {
            let faults = RandomFaults(rate: 0.05, seed: 7) { _ in LoopbackReply() }
            return try (1...1_000).map { _ in
                faults.respond(to: try LoopbackRequest(method: "GET", target: "/")).message?.status
            }
        }
        let first = try statuses()
        #expect((25...75).contains(first.count { $0 != 200 }))
        #expect(try statuses() == first)
    }
}
