// SPDX-License-Identifier: Apache-2.0
//
// Values as literals. A string can hold anything: it never ends before its closing quote.

extension GraphQLPrinter {
    mutating func print(_ value: GraphQLValue) {
        switch value {
        case .null: print("null")
        case .boolean(let value): print(value ? "true" : "false")
        case .int(let value): print(String(value))
        case .float(let value): print(value.description)  // Always with a point or an exponent.
        case .string(let text): printString(text)
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

    private mutating func printString(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            print("\"")
            var runStart = 0
            for (index, byte) in utf8.enumerated() {
                // U+0080 to U+009F are C2 80 to C2 9F.
                let isControlPair = byte == 0xC2 && utf8[index + 1] < 0xA0
                guard byte < 0x20 || byte == "\"" || byte == "\\" || byte == 0x7F || isControlPair else { continue }
                append(utf8[runStart..<index])
                printEscape(isControlPair ? utf8[index + 1] : byte)
                runStart = isControlPair ? index + 2 : index + 1
            }
            append(utf8[runStart...])
            print("\"")
        }
    }

    private mutating func printEscape(_ byte: UInt8) {
        switch byte {
        case "\"": print("\\\"")
        case "\\": print("\\\\")
        case 0x08: print("\\b")
        case 0x09: print("\\t")
        case 0x0A: print("\\n")
        case 0x0C: print("\\f")
        case 0x0D: print("\\r")
        default: print(byte < 0x10 ? "\\u000" : "\\u00"); print(String(byte, radix: 16))
        }
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
