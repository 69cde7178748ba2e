// SPDX-License-Identifier: Apache-2.0
//
// Values as literals.

extension GraphQLPrinter {
    mutating func print(_ value: GraphQLValue) {
        switch value {
        case .null: print("null")
        case .boolean(let value): print(value ? "true" : "false")
        case .int(let value): print(String(value))
        case .float(let value): print(value.description)  // Always with a point or an exponent.
        case .string(let text): print(quoted: text)
        case .enumCase(let name): print(name)
        case .variable(let name):
            print("$")
            print(name)
        case .list(let elements):
            print("[")
            for (index, element) in elements.enumerated() {
                if index > 0 { print(separator) }
                print(element)
            }
            print("]")
        case .object(let members): printObject(members)
        }
    }

    private mutating func printObject(_ members: [String: GraphQLValue]) {
        print("{")
        var isFirst = true
        members.forEachSorted { key, value in
            if !isFirst { print(separator) }
            isFirst = false
            print(key)
            colon()
            print(value)
        }
        print("}")
    }
}

extension Dictionary where Key: Comparable {
    /// Visits the elements in the order of their keys.
    func forEachSorted(_ body: (Key, Value) throws -> Void) rethrows {
        guard count > 1 else {
            for (key, value) in self { try body(key, value) }
            return
        }
        for (key, value) in sorted(by: { $0.key < $1.key }) { try body(key, value) }
    }
}

extension UInt8 {
    /// Whether a word of the language may end with this byte, so that another needs a space before it.
    var endsWord: Bool { isNameStart || isDigit }
}
