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
        var isFirst = true
        members.forEachSorted { key, value in
            if !isFirst { put(separator) }
            isFirst = false
            print(text: key)
            colon()
            print(value)
        }
        put("}")
    }
}

extension Dictionary where Key: Comparable {
    /// Visits the elements in the order of their keys.
    func forEachSorted(_ body: (Key, Value) -> Void) {
        forEachSortedIndex { body(keys[$0], values[$0]) }
    }

    /// Visits the positions of the elements in the order of their keys.
    func forEachSortedIndex(_ body: (Index) -> Void) {
        guard count > 1 else {
            if !isEmpty { body(startIndex) }
            return
        }
        for index in indices.sorted(by: { keys[$0] < keys[$1] }) { body(index) }
    }
}

extension UInt8 {
    /// Whether a word of the language may end with this byte, so that another needs a space before it.
    var endsWord: Bool { isNameStart || isDigit }
}
