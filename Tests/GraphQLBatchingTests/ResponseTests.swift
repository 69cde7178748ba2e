// SPDX-License-Identifier: Apache-2.0
//
// How a response is split, and what is refused.

import Foundation
import GraphQLBatching
import Testing

@Suite("Splitting responses", .timeLimit(.minutes(1)))
struct ResponseTests {
    @Test func `each member of data is found with its own bytes`() throws {
        let response = try parse(
            """
            \u{FEFF} { "more" : [ { "data" : 1 } ] , "data" : { "a0" : { "s" : "}\\"],{ \\\\" , "n" : [ [ ] , { } ] } ,
            "a1":null,"a2":-1.5e+3 , "a3" : "x\\u00e9" ,"a4":[1,2],"a\\u0035":true,"é":false } , "extensions" : {"cost":1} }
            """
        )
        #expect(response.data == .object)
        #expect(response.responseNames == ["a0", "a1", "a2", "a3", "a4", "a5", "é"])
        let slices = ["a0", "a1", "a2", "a3", "a4", "a5"].map { response.slice(for: $0).map(text) }
        #expect(
            slices == [
                #"{ "s" : "}\"],{ \\" , "n" : [ [ ] , { } ] }"#, "null", "-1.5e+3", #""x\u00e9""#, "[1,2]", "true",
            ]
        )
        #expect(response.slice(for: "a9") == nil)
        #expect(response.extensions.map(text) == #"{"cost":1}"#)
        #expect(response.errors.isEmpty)
    }

    @Test func `each member is decoded alone`() throws {
        struct Row: Decodable, Equatable { var id: String }
        let response = try parse(#"{"data":{"row":{"id":"1"},"none":null,"n":7,"s":"é","bad":"\ud800","l":[true]}}"#)
        #expect(try response.decode(Row.self, at: "row") == Row(id: "1"))
        #expect(try response.decode(Row?.self, at: "none") == nil)
        #expect(try response.decode(Int.self, at: "n") == 7)
        #expect(try response.decode(String.self, at: "s") == "é")
        #expect(try response.decode([Bool].self, at: "l") == [true])
        #expect(throws: DecodingError.self) { try response.decode(Int.self, at: "s") }
        let missing = #expect(throws: GraphQLResponseError.self) { try response.decode(Int?.self, at: "gone") }
        #expect(missing?.code == .missingMember)
        #expect(missing?.message.contains("'gone'") == true)
        struct All: Decodable { var n: Int }
        #expect(try parse(#"{"data":{"n":7}}"#).decode(All.self).n == 7)
    }

    @Test func `bytes that are not UTF-8 cost their own member and no other`() throws {
        let body = Array(#"{"data":{"a":""#.utf8) + [0xFF, 0xC2] + Array(#"","b":"fine"}}"#.utf8)
        let response = try GraphQLResponse(parsing: body)
        #expect(throws: (any Error).self) { try response.decode(String.self, at: "a") }
        #expect(try response.decode(String.self, at: "b") == "fine")
    }

    @Test(
        arguments: [
            (#"{"data":null}"#, .null), (#"{"data": null ,"errors":[]}"#, .null),
            (#"{"errors":[{"message":"m"}]}"#, .absent),
            (#"{"data":{}}"#, .object), (#"{"data":{},"errors":null,"extensions":null}"#, .object),
        ] as [(String, GraphQLResponse.DataState)]
    )
    func `absent, null and an object are told apart`(json: String, state: GraphQLResponse.DataState) throws {
        #expect(try parse(json).data == state)
        if state == .absent {
            let error = #expect(throws: GraphQLResponseError.self) { try parse(json).decode(Int?.self) }
            #expect(error?.code == .missingMember)
        }
    }

    @Test func `errors come with all that the server says`() throws {
        let response = try parse(
            """
            {"errors":[{"message":"boom","path":["a0","list",2,"x"],"locations":[{"line":1,"column":7}],
            "extensions":{"code":"BAD","n":[1,1.5,true,null]}},{"message":"plain"}],"data":null}
            """
        )
        #expect(
            response.errors == [
                GraphQLServerError(
                    message: "boom",
                    path: [.key("a0"), .key("list"), .index(2), .key("x")],
                    locations: [GraphQLServerError.Location(line: 1, column: 7)],
                    extensions: ["code": "BAD", "n": [1, 1.5, true, .null]]
                ),
                GraphQLServerError(message: "plain"),
            ]
        )
    }

    @Test(arguments: [
        (#"[{}]"#, "(an error without a message)"), (#"["text"]"#, "text"),
        (#"[null]"#, "(an error without a message)"),
        (#"[{"message":1,"path":"x","locations":{},"extensions":[]}]"#, "(an error without a message)"),
        (#"[{"message":"m","path":[1.5],"locations":null,"extensions":null,"other":0}]"#, "m"),
    ])
    func `an error is never lost because of its form`(json: String, message: String) throws {
        #expect(try parse(#"{"errors":\#(json)}"#).errors == [GraphQLServerError(message: message)])
    }

    @Test(
        arguments: [
            ("", .malformed, 0), ("  ", .malformed, 2), ("{", .malformed, 1), ("{}", .notAResponse, nil),
            ("[]", .notAResponse, 0), ("null", .notAResponse, 0), ("<html>", .malformed, 0),
            (#"{"a":1}"#, .notAResponse, nil),
            (#"{"errors":[]}"#, .notAResponse, nil), (#"{"errors":{}}"#, .notAResponse, 10),
            (#"{"data":[]}"#, .notAResponse, 8),
            (#"{"data":1}"#, .notAResponse, 8), (#"{"data":{}} x"#, .malformed, 12),
            (#"{"data":{}}{}"#, .malformed, 11),
            (#"{"data":{},}"#, .malformed, 11), (#"{"data":{"a":1,}}"#, .malformed, 15),
            (#"{"data":{"a":1 "b":2}}"#, .malformed, 15),
            (#"{"data":{"a":[1,2}}"#, .malformed, 17), (#"{"data":{"a":[1 2]}}"#, .malformed, 16),
            (#"{"data":{"a":{"b":1]}}"#, .malformed, 19), (#"{"data":{"a":{"b"}}}"#, .malformed, 17),
            (#"{"data":{"a":{b:1}}}"#, .malformed, 14), (#"{"data":{"a":[,]}}"#, .malformed, 14),
            (#"{"data":{"a":tru}}"#, .malformed, 16), (#"{"data":{"a":nul"#, .malformed, 16),
            (#"{"data":{"a":01}}"#, .malformed, 14),
            (#"{"data":{"a":-}}"#, .malformed, 14), (#"{"data":{"a":1.}}"#, .malformed, 15),
            (#"{"data":{"a":1e}}"#, .malformed, 15),
            (#"{"data":{"a":.5}}"#, .malformed, 13), (#"{"data":{"a":+1}}"#, .malformed, 13),
            (#"{"data":{"a":NaN}}"#, .malformed, 13),
            (#"{"data":{"a":'x'}}"#, .malformed, 13), (#"{"data":{"a":"x}}"#, .malformed, 17),
            (#"{"data":{"a":"\x"}}"#, .malformed, 15),
            (#"{"data":{"a":"\u12x4"}}"#, .malformed, 18), ("{\"data\":{\"a\":\"1234567\n\"}}", .malformed, 21),
            ("{\"data\":{\"a\":\"\0\"}}", .malformed, 14), ("{\"data\":{\"a\":1\u{A0}}}", .malformed, 14),
            ("{\0}", .malformed, 1),
            (#"{"data":{"\ud800":1}}"#, .malformed, 9), (#"{"data":{"a":1,"b":2,"\u0061":3}}"#, .duplicateKey, 21),
            (#"{"data":{},"data":{}}"#, .duplicateKey, 11), (#"{"errors":[],"errors":[]}"#, .duplicateKey, 13),
            (#"{"data":{"a":1}"#, .malformed, 15), (#"{"data":{"a":1}},"#, .malformed, 16),
            (#"{"data" {}}"#, .malformed, 8),
            (#"{data:{}}"#, .malformed, 1), (#"{"data":{"a":"\"#, .malformed, 15),
            (#"{"data":{"a":"\u00"#, .malformed, 18),
        ] as [(String, GraphQLResponseError.Code, Int?)]
    )
    func `what is no response is refused with its place`(
        json: String,
        code: GraphQLResponseError.Code,
        offset: Int?
    ) throws {
        let error = try #require(throws: GraphQLResponseError.self) { try parse(json) }
        #expect(error.code == code)
        #expect(error.offset == offset)
    }

    @Test(arguments: ["[", "{\"a\":"])
    func `nesting is bounded and needs no stack`(opening: String) throws {
        let closing = opening == "[" ? "]" : "}"
        func body(_ depth: Int) -> String {
            #"{"data":{"a":"# + String(repeating: opening, count: depth) + "1"
                + String(repeating: closing, count: depth) + "}}"
        }
        #expect(try parse(body(512)).responseNames == ["a"])
        let error = #expect(throws: GraphQLResponseError.self) { try parse(body(513)) }
        #expect(error?.message.contains("more than 512 levels") == true)
        #expect(throws: GraphQLResponseError.self) { try parse(body(1_000_000)) }
    }

    @Test func `every cut of a response is refused without a trap`() throws {
        let body = Array(
            #"{"data":{"a":{"s":"\u00e9\"é","n":[-1.5e+3,true,false,null,{}]}},"errors":[{"message":"m"}]}"#.utf8
        )
        for length in body.indices {
            #expect(throws: GraphQLResponseError.self) { try GraphQLResponse(parsing: Array(body[..<length])) }
        }
        #expect(try GraphQLResponse(parsing: body).responseNames == ["a"])
    }

    @Test func `a string ends at its quote wherever that falls in a word`() throws {
        for length in 0..<40 {
            for special in ["", "\\\"", "\\\\", "é", "\u{80}"] {
                let text = String(repeating: "x", count: length) + special + "yz"
                let response = try parse(#"{"data":{"a":"\#(text)","b":1}}"#)
                #expect(response.slice(for: "a").map(self.text) == "\"\(text)\"")
            }
        }
    }

    @Test func `many members keep their order`() throws {
        let names = (0..<10_000).map { "a\($0)" }
        let response = try parse(#"{"data":{\#(names.map { "\"\($0)\":{\"id\":\"\($0)\"}" }.joined(separator: ","))}}"#)
        #expect(response.responseNames == names)
        #expect(response.slice(for: "a9999").map(text) == #"{"id":"a9999"}"#)
    }

    @Test(arguments: ["a", "longer than a word", "é", "e\u{301}", "x0"])
    func `a key that comes twice is refused wherever it stands, however it is written`(key: String) throws {
        for count in [0, 1, 7, 100] {
            let others = (0..<count).map { "\"a\($0)\":0," }.joined()
            let escaped = key.utf16.map { "\\u" + String(0x1_0000 + Int($0), radix: 16).dropFirst() }.joined()
            for second in [key, escaped] {
                let json = "{\"data\":{\"\(key)\":1,\(others)\"\(second)\":2}}"
                let error = try #require(throws: GraphQLResponseError.self) { try parse(json) }
                #expect(error.code == .duplicateKey)
                #expect(error.offset == json.utf8.count - 6 - second.utf8.count)
            }
        }
    }

    @Test func `keys that only look equal are two members`() throws {
        let response = try parse("{\"data\":{\"\u{E9}\":1,\"e\u{301}\":2,\"\":3}}")
        #expect(response.responseNames.map { Array($0.utf8) } == [[0xC3, 0xA9], [0x65, 0xCC, 0x81], []])
    }

    @Test(arguments: [
        #"{"other":[{"data":{}}],"data":{"a":1},"hasNext":false,"incremental":[]}"#,
        #"{"other":1,"other":2,"data":{"a":1}}"#, #"{"\u0064ata":{"a":1}}"#,
    ])
    func `top-level entries that nobody knows are ignored, and known ones found as they are written`(
        json: String
    ) throws {
        #expect(try parse(json).slice(for: "a").map(text) == "1")
    }

    @Test func `a byte-order mark is skipped at the start and nowhere else`() throws {
        #expect(try parse("\u{FEFF}{\"data\":{\"a\":1}}").slice(for: "a").map(text) == "1")
        for json in ["{\u{FEFF}\"data\":{}}", "\u{FEFF}\u{FEFF}{\"data\":{}}", "{\"data\":{}}\u{FEFF}"] {
            #expect(throws: GraphQLResponseError.self) { try parse(json) }
        }
    }

    @Test(arguments: [#"\ud800"#, #"\udc00"#, #"\ud800\ud800"#, #"\udfff\ud800"#, #"\uD83Dx"#])
    func `half of a surrogate pair costs its own member and no other`(escape: String) throws {
        let response = try parse(#"{"data":{"bad":"\#(escape)","good":"\ud83d\ude00"}}"#)
        #expect(throws: DecodingError.self) { try response.decode(String.self, at: "bad") }
        #expect(try response.decode(String.self, at: "good") == "😀")
        #expect(response.slice(for: "bad").map(text) == "\"\(escape)\"")
    }

    @Test func `escapes end where they end, also one after the other`() throws {
        let texts = [#"\\"#, #"\\\""#, #"\"\"\""#, #"\u005c\u0022"#, #"\\u005c"#, #"\/\b\f\n\r\t"#]
        for value in texts {
            let response = try parse(#"{"data":{"a":"\#(value)","b":"\#(value)"}}"#)
            #expect(response.slice(for: "a").map(text) == "\"\(value)\"")
            #expect(response.responseNames == ["a", "b"])
        }
        for value in [#"\"#, #"\u"#, #"\u000"#, #"\u000g"#, #"\\\u12 4"#, #"\n\x"#] {
            #expect(throws: GraphQLResponseError.self) { try parse(#"{"data":{"a":"\#(value)"}}"#) }
        }
    }

    private func parse(_ json: String) throws(GraphQLResponseError) -> GraphQLResponse {
        try GraphQLResponse(parsing: Array(json.utf8))
    }

    private func text(_ slice: ArraySlice<UInt8>) -> String { String(decoding: slice, as: UTF8.self) }
}
