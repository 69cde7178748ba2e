// SPDX-License-Identifier: Apache-2.0
//
// No text from a caller changes what a document does.

import Foundation
import Testing

@testable import GraphQLBatching

/// Texts that break out of careless printers.
private let hostileTexts: [String] = breakOuts + planes

private let breakOuts: [String] = [
    #""){id} pwn: deleteAll("#, #"x"){id} pwn: deleteAll(confirm:true, note:""#, #"\"){id}"#, #"\"#, #"\\""#, "\"\"\"",
    "\\\"\"\"", "\n}\nmutation{deleteAll}", "\r\n#", "# comment", "${id}", "$id", "...F", "{", "}",
    "@include(if:false)",
    "", " ", "\t", "\0", "\u{1}\u{1F}\u{7F}\u{80}\u{9F}", "\u{FEFF}", "\u{2028}\u{2029}", "\u{202E}", "e\u{301}",
    "\u{E9}",
    #"\u0022"#, #"\u{22}"#, #"\ud800"#, "</script>", "null", "true",
]

/// Two characters of each plane of Unicode, its last one included.
private let planes: [String] = (UInt32(0)...16).map { plane in
    let scalars = [plane * 0x1_0000 + 0x100, plane * 0x1_0000 + 0xFFFF].compactMap(Unicode.Scalar.init)
    return String(String.UnicodeScalarView(scalars))
}

@Suite("Hostile text", .timeLimit(.minutes(1)))
struct HostileTextTests {
    @Test(arguments: hostileTexts)
    func `a value is data, as a literal and as a variable`(text: String) throws {
        let value: GraphQLValue = ["a": [.string(text)]]
        func operation(_ argument: GraphQLArgument) -> GraphQLOperation {
            GraphQLOperation(.mutation) {
                GraphQLField(
                    "note",
                    arguments: ["text": argument],
                    directives: [GraphQLDirective("d", arguments: ["x": argument])]
                ) {
                    "id"
                }
            }
        }
        let literal = try GraphQLDocument(operations: [operation(.literal(value))])
        for style in GraphQLDocument.TextStyle.allCases {
            #expect(try GraphQLDocument(parsing: literal.text(style)) == literal)
        }
        let request = try GraphQLRequest(operation(.value(value, type: "Input!")))
        #expect(
            request.query
                == "mutation($note:Input!$note_1:Input!){note(text:$note)@d(x:$note_1){id}}"
        )
        struct Body: Decodable { var variables: [String: GraphQLValue] }
        let body = try JSONDecoder().decode(Body.self, from: Data(request.body()))
        #expect(body.variables == ["note": value, "note_1": value])
    }

    @Test(arguments: hostileTexts)
    func `a default of a variable is data`(text: String) throws {
        let variable = GraphQLVariableDefinition("v", "String", default: .string(text))
        let document = try GraphQLDocument(
            operations: [
                GraphQLOperation(.query, variables: [variable]) { GraphQLField("a", arguments: ["b": .variable("v")]) }
            ]
        )
        #expect(try GraphQLDocument(parsing: document.text()) == document)
    }

    @Test(arguments: hostileTexts)
    func `a text is a name only if it is one`(text: String) {
        let isName = text.wholeMatch(of: /[_A-Za-z][_0-9A-Za-z]*/) != nil
        #expect((try? GraphQLName(text)) != nil ? isName : !isName)
    }

    @Test(arguments: hostileTexts)
    func `a key is data in a variable, and a name or nothing in a literal`(text: String) throws {
        let value = GraphQLValue.object([text: 1])
        let request = try GraphQLRequest(
            GraphQLOperation(.query) { GraphQLField("a", arguments: ["x": .value(value, type: "JSON")]) }
        )
        struct Body: Decodable { var variables: [String: GraphQLValue] }
        #expect(try JSONDecoder().decode(Body.self, from: Data(request.body())).variables == ["a": value])
        let operation = GraphQLOperation(.query) { GraphQLField("a", arguments: ["x": .literal(value)]) }
        if (try? GraphQLName(text)) == nil {
            #expect(throws: GraphQLDocumentError.self) { try GraphQLDocument(operations: [operation]) }
        }
    }

    @Test(arguments: hostileTexts)
    func `a value in an extension is data`(text: String) throws {
        var request = try GraphQLRequest(GraphQLOperation(.query) { "a" })
        request.extensions = [text: .string(text)]
        struct Body: Decodable, Equatable {
            var query: String
            var extensions: [String: GraphQLValue]
        }
        let body = try JSONDecoder().decode(Body.self, from: Data(request.body()))
        #expect(body == Body(query: "{a}", extensions: [text: .string(text)]))
    }
}
