// SPDX-License-Identifier: Apache-2.0
//
// Servers that end connections in the middle of the work: no request is lost or doubled unless its caller is told so.

import CurlTransport
import Foundation
import HTTPTransport
import Testing

extension WebServerTests {
    /// Sends requests with names over and over, and compares what callers were told to what the server has noted.
    private func checkNames(
        _ prefix: String,
        count: Int,
        url: String,
        during meanwhile: @escaping @Sendable (_ number: Int) -> Void = { _ in }
    ) async throws -> Int {
        let outcomes = try await InteropServers.withTransport { transport in
            try await withThrowingTaskGroup(of: [String: InteropOutcome].self) { group in
                for caller in 0..<32 {
                    group.addTask {
                        var outcomes: [String: InteropOutcome] = [:]
                        for number in 0..<count / 32 {
                            let name = "\(prefix).\(caller).\(number)"
                            if caller == 0 { meanwhile(number) }
                            outcomes[name] = try await InteropOutcome {
                                try await transport.send(.posting(to: url + "/named", name: name))
                            }
                        }
                        return outcomes
                    }
                }
                return try await group.reduce(into: [:]) { $0.merge($1) { first, _ in first } }
            }
        }
        try await check(outcomes)
        return outcomes.values.count { if case .error = $0 { true } else { false } }
    }

    private func check(_ outcomes: [String: InteropOutcome]) async throws {
        let answered = outcomes.filter { $0.value == .response(200, $0.key) }.keys
        // A line is written a moment after the response.
        let deadline = ContinuousClock.now + .seconds(10)
        var seen = try InteropServers.namesSeenByNginx()
        while !answered.allSatisfy({ seen[$0[...]] != nil }), ContinuousClock.now < deadline {
            await Task.yield()
            seen = try InteropServers.namesSeenByNginx()
        }
        for (name, outcome) in outcomes {
            let times = seen[name[...]] ?? 0
            switch outcome {
            case .response(let status, let text):
                #expect(status == 200 && text == name)
                #expect(times == 1, "\(name)")
            case .error(let code, let mayHaveReachedServer):
                #expect(code == .connectionLost || !mayHaveReachedServer, "\(name)")
                #expect(times <= (mayHaveReachedServer ? 1 : 0), "\(name)")
            }
        }
    }

    @Test func `No request is lost where every connection ends after seven, over HTTP/1.1`() async throws {
        let url = InteropServers.nginx.replacing("127.0.0.1", with: "localhost")
        let unknown = try await checkNames("limit1", count: 3_200, url: url)
        #expect(unknown == 0)
    }

    @Test func `No request is lost or doubled where every connection ends after seven, over HTTP/2`() async throws {
        let url = InteropServers.nginxTLS.replacing("127.0.0.1", with: "localhost")
        let unknown = try await checkNames("limit2", count: 3_200, url: url)
        print("HTTP/2, seven requests a connection: \(unknown) of 3200 unknown")
    }

    @Test(arguments: [InteropServers.nginx, InteropServers.nginxTLS])
    func `No request is lost or doubled while the server is restarted under load`(url: String) async throws {
        let process = try #require(InteropServers.nginxProcess)
        let count = 12_800
        let unknown = try await checkNames("restart.\(url.hasPrefix("https"))", count: count, url: url) { number in
            if number.isMultiple(of: 100) { kill(process, SIGHUP) }
        }
        print("\(url), four restarts: \(unknown) of \(count) unknown")
        #expect(unknown < count / 20)
    }
}
