// SPDX-License-Identifier: Apache-2.0
//
// What is sent in a round, and what is asked of the result.

/// A kind of request, and how many of them are in flight at once.
struct TransportLoad: Sendable {
    enum Kind: String, Sendable, CaseIterable {
        /// A GraphQL request in JSON, and a short answer.
        case small
        /// A body of 1 MB.
        case large

        var path: String { "/\(rawValue)" }
        var isPost: Bool { self == .small }
        var responseBytes: Int { self == .small ? Self.smallResponse.count : 1 << 20 }

        static let request = Array(
            #"{"query":"query($id:ID!){resource(id:$id){id name}}","variables":{"id":"1"}}"#.utf8
        )
        static let smallResponse = Array(#"{"data":{"resource":{"id":"1","name":"Resource 1"}}}"#.utf8)
    }

    /// Where the tasks run that send.
    enum Callers: Sendable {
        /// On the threads that all tasks share.
        case anywhere
        /// On the transport's own thread.
        case onThread
    }

    var kind: Kind
    var inFlight: Int
    var callers = Callers.anywhere
    /// What becomes of freed memory.
    var heap: HeapSettings
    var base = ""
    var caFile: String?

    var url: String { base + kind.path }
    /// How reports call it.
    var name: String {
        kind.rawValue + (callers == .onThread ? ", own thread" : "") + (heap == .trimming ? ", trimmed" : "")
    }

    /// The least share of the floor's requests a second; `nil` where none is asked.
    var throughputGoal: Double? {
        switch (kind, inFlight) {
        case (.large, _): heap == .trimming ? nil : 0.9
        case (.small, 64): 0.85
        case (.small, ...16): 0.7
        default: nil
        }
    }

    /// The most processor time a request, as a multiple of the floor's.
    var processorGoal: Double? { kind == .small && inFlight == 64 ? 1.4 : nil }

    /// How many requests a round has: it takes some tenths of a second.
    func requests(isQuick: Bool) -> Int {
        let full =
            switch (kind, inFlight) {
            case (.small, 1): 4_000
            case (.small, _): 16_000
            case (.large, _): 400
            }
        return isQuick ? full / 4 : full
    }

    /// All that is measured of each server, without the server.
    static let all =
        [Callers.anywhere, .onThread].flatMap { callers in
            [1, 16, 64, 256].map { TransportLoad(kind: .small, inFlight: $0, callers: callers, heap: .keeping) }
        }
        + [(Callers.anywhere, HeapSettings.keeping), (.onThread, .keeping), (.anywhere, .trimming)]
        .flatMap { callers, heap in
            [1, 16, 64].map { TransportLoad(kind: .large, inFlight: $0, callers: callers, heap: heap) }
        }
}
