// SPDX-License-Identifier: Apache-2.0
//
// What we print means the same to graphql-core, and what it refuses we refuse.

import Testing

@testable import GraphQLBatching

@Suite(
    "Beside graphql-core",
    .enabled(if: Oracle.python != nil, "Scripts/interop has graphql-core"),
    .serialized,
    .timeLimit(.minutes(10))
)
struct OracleTests {
    private static let count: UInt64 = 20_000
    private static let chunk = 250

    @Test func `a document that is built means the same in both texts and comes back equal`() throws {
        try forEachChunk { oracle, seeds in
            let documents = try seeds.map { seed in
                var maker = RandomDocument(seed: seed)
                return try maker.document()
            }
            for (index, answer) in try oracle.judge(documents).enumerated() {
                let document = documents[index]
                #expect(answer.difference == nil, "seed \(seeds[index]): \(document.text())")
                #expect(answer.prints?.count == 2)
                for text in answer.prints ?? [] {
                    #expect(try GraphQLDocument(parsing: text) == document, "seed \(seeds[index]): \(text)")
                }
            }
        }
    }

    @Test func `a text is accepted and means the same, or is refused, on both sides`() throws {
        var accepted = 0
        try forEachChunk { oracle, seeds in
            let readings = try seeds.map { seed in Reading(try text(seed: seed)) }
            for (index, answer) in try oracle.judge(readings).enumerated() {
                let reading = readings[index]
                #expect(
                    answer.difference == nil,
                    "seed \(seeds[index]): \(reading.verdict) at \(reading.place ?? []): \(reading.text.debugDescription)"
                )
            }
            accepted += readings.count { $0.verdict == .accepted }
        }
        // Neither side may be the rule, or the other is not tested.
        #expect((Self.count / 5...Self.count * 4 / 5).contains(UInt64(accepted)))
    }

    @Test(arguments: [
        ("{a(b:1)}", "{a(b:2)}"), ("{a(b:1)}", "{a(b:1.0)}"), ("{a(b:\"é\")}", "{a(b:\"e\u{301}\")}"),
        ("{a(b:1)}", "{a(b:01)}"), ("{a(b:01)}", "{a(b:1)}"), ("{a(b:1 b:1)}", "{a(b:1)}"), ("{a{b}}", "{a b}"),
    ])
    func `a difference that is planted is seen`(text: String, other: String) throws {
        let oracle = try Oracle()
        var reading = Reading(text)
        #expect(try oracle.judge([reading])[0].difference == nil)
        reading.text = other
        #expect(try oracle.judge([reading])[0].difference != nil)
        try oracle.end()
    }

    /// Three of four times a printed document with a few changes, else literals.
    private func text(seed: UInt64) throws -> String {
        var mutator = Mutator(random: SplitMix64(state: ~seed))
        guard seed % 4 > 0 else { return mutator.documentOfLiterals() }
        var maker = RandomDocument(seed: seed)
        let document = Array(try maker.document().text(seed % 2 == 0 ? .compact : .pretty).utf8)
        return String(decoding: mutator.changed(document, with: Mutator.documentSnippets), as: UTF8.self)
    }

    private func forEachChunk(_ body: (Oracle, [UInt64]) throws -> Void) throws {
        let oracle = try Oracle()
        for start in stride(from: 0, to: Self.count, by: Self.chunk) {
            try body(oracle, Array(start..<min(start + UInt64(Self.chunk), Self.count)))
        }
        try oracle.end()
    }
}
