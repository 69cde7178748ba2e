// SPDX-License-Identifier: Apache-2.0
//
// The transport against the floor, round by round, so that whatever else the machine does hits both.

/// The medians of the rounds.
struct TransportResult: Sendable {
    struct Side: Sendable {
        var requestsPerSecond: Double
        /// Processor time of the client's process, in microseconds a request.
        var processorMicroseconds: Double
    }

    var floor: Side
    var transport: Side
    /// The median of the quotients of each round, not the quotient of the medians.
    var throughputRatio: Double
    var processorRatio: Double
}

struct TransportRace {
    let load: TransportLoad
    let rounds: Int
    let requests: Int

    func run() async throws -> TransportResult {
        load.heap.apply()
        let floor = try FloorClient(load)
        let transport = try TransportClient(load)
        do {
            let result = try await run(floor, transport)
            await transport.shutdown()
            return result
        } catch {
            await transport.shutdown()
            throw error
        }
    }

    private func run(_ floor: FloorClient, _ transport: TransportClient) async throws -> TransportResult {
        try await floor.run(requests / 4)
        try await transport.run(requests / 4)
        var rounds: [(floor: TransportResult.Side, transport: TransportResult.Side)] = []
        for round in 0..<self.rounds {
            // Who goes first finds the machine as the other one has left it: they take turns at that too.
            if round.isMultiple(of: 2) {
                let first = try await measure { try await floor.run(requests) }
                rounds.append((first, try await measure { try await transport.run(requests) }))
            } else {
                let first = try await measure { try await transport.run(requests) }
                rounds.append((try await measure { try await floor.run(requests) }, first))
            }
        }
        return TransportResult(
            floor: Self.median(rounds.map(\.floor)),
            transport: Self.median(rounds.map(\.transport)),
            throughputRatio: rounds.map { $1.requestsPerSecond / $0.requestsPerSecond }.quantile(0.5),
            processorRatio: rounds.map { $1.processorMicroseconds / $0.processorMicroseconds }.quantile(0.5)
        )
    }

    private func measure(_ run: () async throws -> Void) async throws -> TransportResult.Side {
        let processor = ProcessUsage.processorSeconds
        let time = try await ContinuousClock().measure { try await run() }
        return TransportResult.Side(
            requestsPerSecond: Double(requests) / (time / .seconds(1)),
            processorMicroseconds: (ProcessUsage.processorSeconds - processor) * 1e6 / Double(requests)
        )
    }

    private static func median(_ sides: [TransportResult.Side]) -> TransportResult.Side {
        TransportResult.Side(
            requestsPerSecond: sides.map(\.requestsPerSecond).quantile(0.5),
            processorMicroseconds: sides.map(\.processorMicroseconds).quantile(0.5)
        )
    }
}
