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
        hasher.combine(field.sortedArguments.count)
        hasher.combine(field.selectionSet?.selections.count)
        shapeHash = hasher.finalize()
        for argument in field.sortedArguments { hasher.combine(argument.argument.wrapped) }
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
            && left.sortedArguments.count == right.sortedArguments.count
            && zip(left.sortedArguments, right.sortedArguments).allSatisfy(isSame)
            && left.directives == right.directives
            && left.selectionSet == right.selectionSet
    }

    private func isSame(_ left: GraphQLNamedArgument, _ right: GraphQLNamedArgument) -> Bool {
        guard left.name == right.name else { return false }
        return switch (left.argument.storage, right.argument.storage) {
        case (.hoisted(let leftValue, let leftType), .hoisted(let rightValue, let rightType)):
            leftType == rightType && (list == nil || list?.argument == left.name || leftValue == rightValue)
        case (.literal(let left), .literal(let right)): left == right
        default: false
        }
    }

    func hash(into hasher: inout Hasher) { hasher.combine(call.shapeHash) }
}
