// SPDX-License-Identifier: Apache-2.0
//
// JSON Lines: what a file means, what is wrong with a line, and that pieces do not matter.

import BulkOperations
import Foundation
import GraphQLBatching
import Testing

struct Person: Decodable, Hashable, Sendable {
    struct Address: Decodable, Hashable, Sendable { var zip: Int }

    var name: String
    var address: Address?
}

@Suite(.timeLimit(.minutes(1)))
struct `A file of JSON Lines` {
    @Test(arguments: [1, 5, 1_000])
    func `gives a value for each line with its number`(longest: Int) async throws {
        let text = "\u{FEFF}{\"name\":\"a\"}\r\n\n  \n{\"name\":\"b\",\"address\":{\"zip\":1}}\n{\"name\":\"ä\\n\"}"
        let pieces = Pieces(Array(text.utf8), seed: 1, longest: longest)
        let rows = try await collected(JSONLines(pieces, of: Person.self))
        #expect(
            rows.map(\.value) == [Person(name: "a"), Person(name: "b", address: .init(zip: 1)), Person(name: "ä\n")]
        )
        #expect(rows.map(\.line) == [1, 4, 5])
        #expect(rows.first.map { String(decoding: $0.json, as: UTF8.self) } == #"{"name":"a"}"#)
    }

    @Test func `may hold any JSON`() async throws {
        let rows = try await collected(JSONLines(Pieces("1\n\"a\"\n[null,true]\n"), of: GraphQLValue.self))
        #expect(rows.map(\.value) == [1, "a", [.null, true]])
    }

    @Test func `may be empty`() async throws {
        #expect(try await collected(JSONLines(Pieces(""), of: Person.self)).isEmpty)
    }

    @Test func `is decoded as the decoder is told`() async throws {
        struct Dated: Decodable, Sendable { var atNoon: Int }
        let lines = JSONLines(Pieces(#"{"at_noon":1}"#), of: Dated.self) {
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            return decoder
        }
        #expect(try await collected(lines).map(\.value.atNoon) == [1])
    }
}

@Suite(.timeLimit(.minutes(1)))
struct `A line that is not well formed` {
    static let cases: [(line: [UInt8], code: RowError.Code, error: String)] = [
        (
            Array(#"{"name" 1}"#.utf8), .invalidValue,
            "line 2, column 9: the line is not JSON: expected ':', found something else"
        ),
        (
            Array(#"{"name":"a""#.utf8), .invalidValue,
            "line 2, column 12: the line is not JSON: expected ',' or '}', found the end"
        ),
        (Array("{}".utf8), .invalidValue, "line 2: there is no \"name\""),
        (Array(#"{"name":1}"#.utf8), .invalidValue, "line 2: \"name\" is not String"),
        (Array(#"{"name":null}"#.utf8), .invalidValue, "line 2: \"name\" is null"),
        (Array(#"{"name":"a","address":{"zip":"x"}}"#.utf8), .invalidValue, "line 2: \"address.zip\" is not Int"),
        (Array("[]".utf8), .invalidValue, "line 2: the value is not "),
        (Array(#"{"name":""#.utf8) + [0xFF] + Array("\"}".utf8), .invalidText, "line 2: the line is not UTF-8"),
        (
            Array(#"{"name":"\#(String(repeating: "a", count: 100))"}"#.utf8), .tooLarge,
            "line 2: the line has more than 64"
        ),
    ]

    @Test(arguments: cases.indices, [1, 1_000])
    func `is reported with its place, and the rest is read`(index: Int, longest: Int) async throws {
        let example = Self.cases[index]
        let bytes = Array("{\"name\":\"a\"}\n".utf8) + example.line + Array("\n{\"name\":\"b\"}\n".utf8)
        let lines = JSONLines(Pieces(bytes, seed: 1, longest: longest), of: Person.self, maximumLineBytes: 64)
        let results = try await collected(lines.results)
        var errors: [RowError] = []
        for case .failure(let error) in results { errors.append(error) }
        #expect(results.count == 3)
        #expect(errors.map(\.code) == [example.code])
        #expect(errors.first?.description.hasPrefix(example.error) == true, "\(errors)")
    }

    @Test func `ends a sequence that is not asked for results`() async throws {
        await #expect(throws: RowError.self) {
            _ = try await collected(JSONLines(Pieces("{}\n"), of: Person.self))
        }
    }
}
