// SPDX-License-Identifier: Apache-2.0
//
// Equality of values: what a server could tell apart is different.

extension GraphQLValue: Hashable {
    /// Whether two values are the same data.
    ///
    /// Strings are compared by their scalars, not by canonical equivalence as Swift's are: `"é"` and `"e\u{301}"` may
    /// be two keys of a server, and loads of them must not become one. Floats are compared by their bits.
    public static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.boolean(let left), .boolean(let right)): left == right
        case (.int(let left), .int(let right)): left == right
        case (.float(let left), .float(let right)): left.bitPattern == right.bitPattern
        case (.string(let left), .string(let right)): left == right && left.utf8.elementsEqual(right.utf8)
        case (.enumCase(let left), .enumCase(let right)): left == right
        case (.variable(let left), .variable(let right)): left == right
        case (.list(let left), .list(let right)): left == right
        case (.object(let left), .object(let right)):
            left.count == right.count
                && left.allSatisfy { key, value in
                    guard let index = right.index(forKey: key) else { return false }
                    return right[index].key.utf8.elementsEqual(key.utf8) && right[index].value == value
                }
        default: false
        }
    }

    /// Feeds the value into a hasher.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .boolean(let value): hasher.combine(value)
        case .int(let value): hasher.combine(value)
        case .float(let value): hasher.combine(value.bitPattern)
        case .string(let text): hasher.combine(text)
        case .enumCase(let name), .variable(let name): hasher.combine(name)
        case .list(let elements): hasher.combine(elements)
        case .object(let members): hasher.combine(members)
        }
    }
}
