// SPDX-License-Identifier: Apache-2.0
//
// Texts and bodies that no friend sends, for the parser and the splitter. Each case is made from its number alone.

import Foundation
import GraphQLBatching

/// Makes and checks cases. Whatever comes in, the answer is a value or an error, soon, in little memory.
struct Fuzzer {
    private let documents: [[UInt8]]
    private let responses: [[UInt8]]

    init() throws {
        documents = try (0..<UInt64(64)).map { seed in
            var maker = RandomDocument(seed: seed)
            return Array(try maker.document().text(seed % 2 == 0 ? .compact : .pretty).utf8)
        }
        responses = Self.bodies.map { Array($0.utf8) }
    }

    /// Says what is wrong with a case; `nil` if all is well.
    func fault(of number: UInt64) -> String? {
        var mutator = Mutator(random: SplitMix64(state: number))
        switch number % 8 {
        case 0:
            let bytes =
                switch number % 1_000 {
                case 0: repetition(using: &mutator.random)
                case 1..<100: nest(using: &mutator.random)
                default: noise(using: &mutator.random)
                }
            return faultOfParser(bytes) ?? faultOfSplitter(bytes)
        case 1...3:
            let document = documents[Int.random(in: documents.indices, using: &mutator.random)]
            return faultOfParser(mutator.changed(document, with: Mutator.documentSnippets))
        default:
            let response = responses[Int.random(in: responses.indices, using: &mutator.random)]
            return faultOfSplitter(mutator.changed(response, with: Mutator.responseSnippets))
        }
    }

    // MARK: Cases

    /// Up to a hundred bytes, any or those of the two languages.
    private func noise(using random: inout SplitMix64) -> [UInt8] {
        let isAny = Bool.random(using: &random)
        let snippets = Bool.random(using: &random) ? Mutator.documentSnippets : Mutator.responseSnippets
        return (0..<Int.random(in: 0..<40, using: &random)).flatMap { _ in
            isAny ? [UInt8.random(in: 0...255, using: &random)][...] : snippets.randomElement(using: &random) ?? []
        }
    }

    /// The same few snippets again and again, up to a quarter of a megabyte: what would nest, or cost its square.
    private func repetition(using random: inout SplitMix64) -> [UInt8] {
        let snippets = Bool.random(using: &random) ? Mutator.documentSnippets : Mutator.responseSnippets
        let unit = (0..<Int.random(in: 1...4, using: &random)).flatMap { _ in
            snippets.randomElement(using: &random) ?? []
        }
        let start = Array((Bool.random(using: &random) ? "{\"data\":{\"a\":" : "{a(b:").utf8)
        return start + Array(repeatElement(unit, count: (256 << 10) / unit.count).joined())
    }

    /// Containers in containers, around the bounds and beyond, closed or nearly so.
    private func nest(using random: inout SplitMix64) -> [UInt8] {
        let places = [
            (#"{"data":{"a":"#, "}}"), (#"{"errors":[{"message":"m","extensions":"#, "}]}"), (#"{"errors":"#, "}"),
            ("{a", "}"), ("{a(b:", ")}"), ("query($v:", "){a}"),
        ]
        let levels = [
            (#"{"a":"#, "}"), ("[", "]"), (#"[{"a":"#, "}]"), ("{a", "}"), ("{a:", "}"), ("...@d{", "}"), ("[[", "]]"),
        ]
        guard let place = places.randomElement(using: &random), let level = levels.randomElement(using: &random) else {
            return []
        }
        let bounds = [GraphQLDocument.maximumDepth, 512, 600]
        let depth = (bounds.randomElement(using: &random) ?? 0) + Int.random(in: -4...4, using: &random)
        let closed = depth - (Int.random(in: 0..<4, using: &random) == 0 ? 1 : 0)
        let middle = ["1", "a", "{}", "null", ""].randomElement(using: &random) ?? ""
        let inside = String(repeating: level.0, count: depth) + middle + String(repeating: level.1, count: closed)
        return Array((place.0 + inside + place.1).utf8)
    }

    // MARK: Checks

    private func faultOfParser(_ bytes: [UInt8]) -> String? {
        let text = String(decoding: bytes, as: UTF8.self)
        _ = try? GraphQLType(parsing: text)
        _ = try? GraphQLSelectionSet(parsing: text)
        guard let document = try? GraphQLDocument(parsing: text) else { return nil }
        for style in GraphQLDocument.TextStyle.allCases {
            guard (try? GraphQLDocument(parsing: document.text(style))) == document else {
                return "the \(style) text of a document is another document: \(text.debugDescription)"
            }
        }
        return nil
    }

    private func faultOfSplitter(_ body: [UInt8]) -> String? {
        let shown = { String(decoding: body, as: UTF8.self).debugDescription }
        do throws(GraphQLResponseError) {
            let response = try GraphQLResponse(parsing: body)
            for name in response.responseNames.compactMap({ try? GraphQLName($0) }) {
                guard let slice = response.slice(for: name), let first = slice.first, let last = slice.last else {
                    return "the member \(name) has no value: \(shown())"
                }
                guard first > 0x20, last > 0x20 else { return "there is white space around \(name): \(shown())" }
                _ = try? response.decode(GraphQLValue.self, at: name)
            }
            _ = response.errors.map(\.description)
            return nil
        } catch {
            guard let offset = error.offset, !(0...body.count).contains(offset) else { return nil }
            return "an error is at \(offset), outside of the body: \(shown())"
        }
    }

    private static let bodies = [
        #"{"data":{"a":{"s":"\u00e9\"é\\","n":[-1.5e+3,0,true,false,null,{}],"m":[[],[[1]]]},"b":"x","c":null}}"#,
        #"{"data":{"a0":{"id":"1"},"a1":null},"errors":[{"message":"m","path":["a1",0,"x"],"locations":[{"line":1,"column":2}]}]}"#,
        #"{"errors":[{"message":"m","extensions":{"code":"C","list":[1,2.5,"x",{"y":[]}]}}],"data":null}"#,
        #"{"errors":[{"message":"😀"},{},"text",null,7],"extensions":{"cost":{"n":12345678901234567890}}}"#,
        "\u{FEFF} { \"extensions\" : [ ] , \"data\" : { \"\\u0061\" : \"\\ud83d\\ude00\" , \"b\" : 1e-7 } }\r\n\t ",
        #"{"hasNext":false,"data":{},"x":[[[[{"y":{"z":{}}}]]]],"label":"l"}"#,
    ]
}
