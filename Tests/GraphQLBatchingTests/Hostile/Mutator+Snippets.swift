// SPDX-License-Identifier: Apache-2.0
//
// What comes into texts that are changed at random: every token, what is skipped between tokens, and what is no token.

extension Mutator {
    /// Snippets of GraphQL.
    static let documentSnippets = snippets(
        """
        { } ( ) [ ] : $ @ ! = | & ... .. . ... ...~on~ on query query~Q mutation subscription fragment fragment~G~on~T
        type~T{a:Int} true null a _ b: a:b (a:1) ($a:Int=1) @d(a:$b) {a} {} () [[1]] {a:1} $v "" "x" \"""x\""" " \""" \\ #
        , ,, ' ; ? é 😀 - 0 -0 00 1 1.5 1e3 1. -1 +1 9223372036854775808 1e400 0x1 1a __a
        """,
        and: [" ", "\n", "\r\n", "\t", "# c\n", "#\r", "\u{FEFF}", "\u{A0}", "\u{2028}", "\0", "\u{B}"]
    )

    /// Snippets of JSON and of responses.
    static let responseSnippets = snippets(
        """
        { } [ ] : , "" "a" "data" "errors" "extensions" "message" "path" "locations" "data":null, "data":{}, "errors":null,
        "errors":[], "errors":[{}], "a":1, "a":{}, "\\u0061":1, {"message":"m","path":["a",0]}, null true false nul 0 -0 01 1.
        1.5 -1e-7 1E400 18446744073709551616 + . \\ \\" \\u \\ud83d \\ud83d\\ude00 \\u0000 \\x // /* é 😀 ' NaN
        """,
        and: [" ", "\n", "\r\n", "\t", "\u{FEFF}", "\u{B}", "\0", "\u{7F}"]
    )

    private static func snippets(_ words: String, and others: [String]) -> [ArraySlice<UInt8>] {
        let words = words.split(whereSeparator: \.isWhitespace).map { String($0.replacing("~", with: " ")) }
        return (words + others).map { Array($0.utf8)[...] }
    }
}
