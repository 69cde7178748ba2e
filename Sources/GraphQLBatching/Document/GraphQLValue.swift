// SPDX-License-Identifier: Apache-2.0
//
// A value, as a literal of a document or as JSON in the variables.

/// A value of the GraphQL language
/// ([GraphQL, section 2.9](https://spec.graphql.org/September2025/#sec-Input-Values)), which is also what travels as
/// JSON in a request's variables.
///
/// An absent value and ``null`` differ: leave a key out to have the server's default. That is why `nil` is no literal of
/// this type: in `condition ? value : nil` it would mean an explicit null where the reader sees an absent value.
public enum GraphQLValue: Sendable {
    /// An explicit null.
    case null
    /// `true` or `false`.
    case boolean(Bool)
    /// A whole number. As a literal it must fit in 32 bits; in variables of a custom scalar it may be larger.
    case int(Int)
    /// A number with a fraction. It must be finite.
    case float(Double)
    /// Any text.
    case string(String)
    /// A case of an enum. In variables it travels as a string.
    case enumCase(GraphQLName)
    /// Values in order.
    case list([GraphQLValue])
    /// Named values. As a literal its keys must be names; in variables they may be any text.
    case object([String: GraphQLValue])
    /// A reference to a variable; in literals only.
    case variable(GraphQLName)
}

extension GraphQLValue: ExpressibleByBooleanLiteral {
    /// A boolean.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
}

extension GraphQLValue: ExpressibleByIntegerLiteral {
    /// A whole number.
    public init(integerLiteral value: Int) { self = .int(value) }
}

extension GraphQLValue: ExpressibleByFloatLiteral {
    /// A number with a fraction.
    public init(floatLiteral value: Double) { self = .float(value) }
}

extension GraphQLValue: ExpressibleByStringLiteral {
    /// A string; for a case of an enum write `.enumCase("OPEN")`.
    public init(stringLiteral value: String) { self = .string(value) }
}

extension GraphQLValue: ExpressibleByArrayLiteral {
    /// A list.
    public init(arrayLiteral elements: GraphQLValue...) { self = .list(elements) }
}

extension GraphQLValue: ExpressibleByDictionaryLiteral {
    /// An object; of equal keys the last one counts.
    public init(dictionaryLiteral elements: (String, GraphQLValue)...) {
        self = .object(Dictionary(elements) { _, last in last })
    }
}
