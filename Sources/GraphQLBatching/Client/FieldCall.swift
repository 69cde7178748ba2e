// SPDX-License-Identifier: Apache-2.0
//
// A field that somebody asked for, and what it shares with others.

/// A call of the client: what its loaders have as keys.
///
/// A class, so that a loader copies one reference and not a field, with the hash taken once.
final class FieldCall: Hashable, Sendable {
    let field: GraphQLField
    let options: GraphQLCallOptions
    private let hash: Int
    fileprivate let shapeHash: Int

    init(_ field: GraphQLField, options: GraphQLCallOptions) {
        self.field = field
        self.options = options
        var hasher = Hasher()
        hasher.combine(field.name)
        hasher.combine(field.arguments.count)
        hasher.combine(field.selectionSet?.selections.count)
        shapeHash = hasher.finalize()
        // A dictionary of one feeds its hasher three times as slowly as its value does.
        if field.arguments.count == 1, let argument = field.arguments.first {
            hasher.combine(argument.value.wrapped)
        } else {
            hasher.combine(field.arguments)
        }
        hash = hasher.finalize()
    }

    static func == (left: FieldCall, right: FieldCall) -> Bool {
        left === right || (left.hash == right.hash && left.field == right.field && left.options == right.options)
    }

    func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}

/// What the fields of one text have in common: everything but the values of their arguments, and the alias, which is the
/// caller's own.
struct FieldShape: Hashable, Sendable {
    /// Any of the calls that have the shape.
    let call: FieldCall
    /// The declared list, where all arguments but the id must be equal in value too.
    var list: GraphQLListField?

    static func == (left: FieldShape, right: FieldShape) -> Bool {
        guard left.call.shapeHash == right.call.shapeHash, left.list == right.list else { return false }
        return left.call === right.call || left.isSame(left.call.field, right.call.field)
    }

    private func isSame(_ left: GraphQLField, _ right: GraphQLField) -> Bool {
        left.name == right.name
            && left.arguments.count == right.arguments.count
            && left.arguments.allSatisfy { name, argument in
                right.arguments[name].map { isSame(argument, $0, named: name) } ?? false
            }
            && left.directives == right.directives
            && left.selectionSet == right.selectionSet
    }

    private func isSame(_ left: GraphQLArgument, _ right: GraphQLArgument, named name: GraphQLName) -> Bool {
        switch (left.storage, right.storage) {
        case (.hoisted(let leftValue, let leftType), .hoisted(let rightValue, let rightType)):
            leftType == rightType && (list == nil || list?.argument == name || leftValue == rightValue)
        case (.literal(let left), .literal(let right)): left == right
        default: false
        }
    }

    func hash(into hasher: inout Hasher) { hasher.combine(call.shapeHash) }
}
