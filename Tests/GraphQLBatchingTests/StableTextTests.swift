// SPDX-License-Identifier: Apache-2.0
//
// The text of a batch is the same in every process and on every machine, and short.

import Testing

@testable import GraphQLBatching

@Suite("Stable text", .timeLimit(.minutes(1)))
struct StableTextTests {
    /// The request of a batch: fields of one shape, with any values.
    private func request(_ count: Int, kind: GraphQLOperation.Kind = .query, idPrefix: String = "") throws
        -> GraphQLRequest
    {
        let selection = GraphQLSelectionSet(on: "Resource") {
            "id"
            "name"
            "type"
            "status"
            "metadata"
            "createdAt"
            GraphQLField("related") { "id" }
        }
        let fields = (0..<count).map {
            GraphQLField("resource", arguments: ["id": .id("\(idPrefix)\($0)")], selecting: selection)
        }
        return try GraphQLRequest(coalescing: fields, kind: kind)
    }

    @Test(arguments: [
        (1, "ff5ec6ecd7d59e1f402a513afe2026d2e9b8f5652589ae6534baf674d5c99837"),
        (2, "a839d5a243fc02e6ae4cb68d56029e323cc4d808f489772c9b3447dd3261ab8f"),
        (100, "33f9f56773da6c102b8221f2ced064978f4474c62c0322c6cc9c8a1a88f16381"),
        (1_000, "6ae26ccb60f9a99b522ff27f50b845f039ad3c2f867fc5490d30f4ee2fc0827e"),
    ])
    func `a shape and a count have one text`(count: Int, digest: String) throws {
        #expect(sha256(try request(count).query) == digest)
        #expect(try request(count, idPrefix: "\"é\n").query == request(count).query)
    }

    @Test func `several values, directives, type conditions and input objects have one text too`() throws {
        func query(_ seed: Int) throws -> String {
            let fields = (0..<50).map { index in
                GraphQLField(
                    "items",
                    arguments: [
                        "where": .value(["n": .int(index * seed)], type: "Filter!"), "first": .int(Int32(seed)),
                    ],
                    directives: [GraphQLDirective("cost", arguments: ["max": .int(Int32(index + seed))])]
                ) {
                    GraphQLInlineFragment(on: "Bug") { GraphQLField("log", arguments: ["last": .int(Int32(seed))]) }
                    GraphQLField("tags", arguments: ["b": .string("\(seed)"), "a": .literal(1)])
                }
            }
            return try GraphQLRequest(coalescing: fields, kind: .mutation).query
        }
        #expect(sha256(try query(1)) == "d357a66f12618207d15190d7c1d6ed9dcf1a7b80bb5f04845440ccc13516631c")
        #expect(try query(2) == query(1))
    }

    @Test func `a hundred fields with seven selections take at most 3,800 bytes of text`() throws {
        let query = try request(100).query
        #expect(query.utf8.count <= 3_800)
        #expect(query.hasPrefix("query($a0:ID!$a1:ID!"))
        #expect(query.contains("{a0:resource(id:$a0){...F0}a1:resource(id:$a1){...F0}"))
    }

    @Test func `the variables of a hundred fields take little more than their values`() throws {
        let request = try request(100)
        #expect(try request.body().count - request.query.utf8.count <= 1_200)
    }

    @Test func `the variables of a body come in the order of their declarations`() throws {
        let body = String(decoding: try request(12).body(), as: UTF8.self)
        let names = body.split(separator: "\"variables\":").last?.matches(of: /"(a\d+)":/).map { String($0.output.1) }
        #expect(names == (0..<12).map { "a\($0)" })
    }

    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ])
    func `the digest is that of the standard`(text: String, digest: String) {
        #expect(sha256(text) == digest)
    }
}
