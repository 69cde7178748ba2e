// SPDX-License-Identifier: Apache-2.0
//
// The deepest input that is taken, on a thread whose stack is as small as those of some platforms' pools.

import Foundation
import Testing

@testable import GraphQLBatching

@Suite("Deep input on a small stack", .timeLimit(.minutes(1)))
struct SmallStackTests {
    private static let depth = JSONScanner.maximumDepth

    @Test(arguments: [#"{"a":"#, "["], [100, depth - 6])
    func `errors keep their messages, and extensions up to a depth`(open: String, levels: Int) async throws {
        let body = #"{"errors":[{"message":"m","extensions":{"a":\#(nest(open, levels))}}]}"#
        let errors = try await onThread(stackSize: 512 << 10) {
            Result { try GraphQLResponse(parsing: Array(body.utf8)).errors }
        }.get()
        #expect(errors.map(\.message) == ["m"])
        #expect(errors.map(\.extensions.count) == [levels == 100 ? 1 : 0])
    }

    @Test(arguments: [#"{"a":"#, "["], [100, depth - 6])
    func `a member is decoded as a value up to a depth`(open: String, levels: Int) async throws {
        let body = #"{"data":{"a":\#(nest(open, levels))}}"#
        let value = await onThread(stackSize: 512 << 10) {
            Result { try GraphQLResponse(parsing: Array(body.utf8)).decode(GraphQLValue.self, at: "a") }
        }
        if levels == 100 {
            #expect(try value.get() != .null)
        } else {
            #expect(throws: DecodingError.self) { try value.get() }
        }
    }

    @Test func `errors that are lists in lists are errors all the same`() async throws {
        let body = #"{"errors":\#(nest("[", Self.depth - 1))}"#
        let errors = await onThread(stackSize: 512 << 10) {
            Result { try GraphQLResponse(parsing: Array(body.utf8)).errors }
        }
        #expect(try errors.get().map(\.message) == ["(an error without a message)"])
    }

    private func nest(_ open: String, _ levels: Int) -> String {
        let isObject = open.hasPrefix("{")
        return String(repeating: open, count: levels) + (isObject ? "1" : "")
            + String(repeating: isObject ? "}" : "]", count: levels)
    }
}
