// SPDX-License-Identifier: Apache-2.0
//
// Random names, numbers, texts and values, the awkward ones more often than chance would have it.

import GraphQLBatching

/// Makes values of every kind.
struct RandomValue {
    var random: SplitMix64
    /// The variables that the values so far refer to.
    var usedVariables: Set<GraphQLName> = []

    init(random: SplitMix64) { self.random = random }

    // MARK: Choices

    /// True once in so many times.
    mutating func chance(_ count: Int) -> Bool { number(in: 1...count) == 1 }

    mutating func number(in range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    mutating func element<Element>(of elements: [Element]) -> Element {
        elements[number(in: 0...elements.count - 1)]
    }

    // MARK: Values

    /// A value, sometimes with a variable in it.
    mutating func value(isConstant: Bool = false, depth: Int = 0) -> GraphQLValue {
        switch number(in: 0...(depth < 4 ? 10 : 8)) {
        case 0: return .null
        case 1: return .boolean(chance(2))
        case 2:
            return .int(chance(2) ? element(of: Self.numbers) : Int(Int32.random(in: .min ... .max, using: &random)))
        case 3: return .float(float())
        case 4: return .enumCase(element(of: Self.names.filter { !["true", "false", "null"].contains($0) }))
        case 5, 6:
            guard !isConstant else { return .string(text()) }
            let variable = element(of: Self.variables)
            usedVariables.insert(variable)
            return .variable(variable)
        case 7, 8: return .string(text())
        case 9: return .list((0..<number(in: 0...3)).map { _ in value(isConstant: isConstant, depth: depth + 1) })
        default:
            var members: [String: GraphQLValue] = [:]
            for _ in 0..<number(in: 0...3) {
                let key = name().text
                if members[key] == nil { members[key] = value(isConstant: isConstant, depth: depth + 1) }
            }
            return .object(members)
        }
    }

    mutating func constant() -> GraphQLValue { value(isConstant: true) }

    /// A finite number of any size.
    private mutating func float() -> Double {
        guard chance(2) else { return element(of: Self.fractions) }
        let float = Double(bitPattern: random.next())
        return float.isFinite ? float : 0
    }

    mutating func name() -> GraphQLName { element(of: Self.names) }

    // MARK: Texts

    /// A text of up to eight pieces: what breaks out of careless printers, and characters of every plane.
    mutating func text() -> String {
        (0..<number(in: 0...8)).reduce(into: "") { text, _ in
            text += chance(2) ? element(of: Self.pieces) : String(scalar())
        }
    }

    private mutating func scalar() -> Unicode.Scalar {
        let limits: [UInt32] = [0x20, 0x7F, 0xA0, 0x800, 0xFFFF, 0x10_FFFF]
        return Unicode.Scalar(UInt32.random(in: 0...element(of: limits), using: &random)) ?? "\u{FFFD}"
    }

    private static let names: [GraphQLName] = [
        "a", "b", "_", "_1", "id", "on", "true", "false", "null", "query", "mutation", "subscription", "fragment",
        "type",
        "input", "schema", "extend", "nan", "inf", "e1", "Z9", "a_b", "a_b_c", "name_with_many_characters_0123456789",
    ]
    private static let variables: [GraphQLName] = ["v", "on", "true", "a_b", "query", "_0"]
    private static let numbers = [0, -1, 1, Int(Int32.max), Int(Int32.min)]
    private static let fractions = [
        0, -0.0, 0.1, 1, -1.5, 1e16, 1e-5, 1e21, 9_007_199_254_740_994, .pi, .leastNonzeroMagnitude,
        .leastNormalMagnitude, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
    ]
    /// What ends a string, a comment, a list of arguments or a selection set, begins an escape, or only looks so.
    static let pieces = [
        "\"", "\"\"\"", "\\", "\\\"", "\\\"\"\"", "\\u0022", "\\u{22}", "\\ud800", "\n", "\r", "\r\n", "\t", "\0",
        "\u{7F}",
        "\u{85}", "\u{9F}", "\u{2028}", "\u{FEFF}", "\u{202E}", "e\u{301}", "é", "😀", "\u{10FFFF}", "\u{FFFE}", "#",
        "# x\n",
        ",", "{", "}", "(", ")", "[", "]", ":", "$", "$v", "@", "@skip(if:true)", "!", "=", "|", "&", "...", "...F",
        " ", "  ",
        "a", "on", "null", "1", "-", ".", "1e5", "\"){id} pwn: deleteAll(", "\"}}mutation{deleteAll}", "</script>", "'",
        "`",
        "%s", "\\", "\\n", "\\(v)", "${v}",
    ]
}
