// SPDX-License-Identifier: Apache-2.0
//
// Values as literals.

extension GraphQLPrinter {
    mutating func print(_ value: GraphQLValue) {
        switch value {
        case .null: put("null")
        case .boolean(let value): put(value ? "true" : "false")
        case .int(let value): print(text: String(value))
        case .float(let value): print(text: value.description)  // Always with a point or an exponent.
        case .string(let text): print(quoted: text)
        case .enumCase(let name): print(name)
        case .variable(let name):
            put("$")
            print(name)
        case .list(let elements):
            put("[")
            for (index, element) in elements.enumerated() {
                if index > 0 { put(separator) }
                print(element)
            }
            put("]")
        case .object(let members): printObject(members)
        }
    }

    private mutating func printObject(_ members: [String: GraphQLValue]) {
        put("{")
        for (position, key) in members.keys.sorted().enumerated() {
            if position > 0 { put(separator) }
            print(text: key)
            colon()
            print(members[key] ?? .null)
        }
        put("}")
    }
}

extension UInt8 {
    /// Whether a word of the language may end with this byte, so that another needs a space before it.
    var endsWord: Bool { isNameStart || isDigit }
}
