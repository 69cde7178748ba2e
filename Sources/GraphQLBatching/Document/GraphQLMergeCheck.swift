// SPDX-License-Identifier: Apache-2.0
//
// Fields of one response name must be the same field: their results share one place in the response.

/// Checks that selections can be merged
/// ([GraphQL, section 5.3.2](https://spec.graphql.org/September2025/#sec-Field-Selection-Merging)).
///
/// Every selection set is looked at once, together with the fragments that it spreads. Only where several fields share
/// a response name are their own sets looked at together, as one; this is where fragments could multiply the work, and
/// where the budget ends it.
///
/// Without a schema, two different type conditions may be two object types, which never meet in one value. So fields are
/// compared within a *branch*, which the type conditions on the way make, and with those that stand outside of all.
struct GraphQLMergeCheck {
    /// A set and the branch in which it stands.
    private struct Part {
        var set: GraphQLSelectionSet
        var branch: Int
        /// The innermost type condition around the set, within the set that it is a part of.
        var condition: GraphQLName?
    }

    /// The fields of one response name.
    private struct Group {
        var representatives: [Int: GraphQLField] = [:]
        var parts: [Part] = []
    }

    private struct Spread: Hashable {
        var fragment: Int
        var branch: Int
    }

    private struct Branch: Hashable {
        var outer: Int
        var condition: GraphQLName
    }

    private let fragments: [GraphQLFragment]
    private let fragmentIndices: [GraphQLName: Int]
    private var place: GraphQLPlace
    private var budget = GraphQLCheckBudget()
    private var branches: [Branch: Int] = [:]

    static func check(
        _ document: GraphQLDocument,
        fragmentIndices: [GraphQLName: Int]
    ) throws(GraphQLDocumentError) {
        guard let first = document.operations.first else { return }
        var check = Self(
            fragments: document.fragments,
            fragmentIndices: fragmentIndices,
            place: GraphQLPlace(first)
        )
        for operation in document.operations {
            check.place = GraphQLPlace(operation)
            try check.checkEach(in: operation.selectionSet)
        }
        for fragment in document.fragments {
            check.place = GraphQLPlace(fragment)
            try check.checkEach(in: fragment.selectionSet)
        }
    }

    private init(fragments: [GraphQLFragment], fragmentIndices: [GraphQLName: Int], place: GraphQLPlace) {
        self.fragments = fragments
        self.fragmentIndices = fragmentIndices
        self.place = place
    }

    /// Checks a set and every set inside it, each for itself.
    private mutating func checkEach(
        in set: GraphQLSelectionSet,
        isPart: Bool = false
    ) throws(GraphQLDocumentError) {
        if !isPart, !set.isObviouslyDistinct { try checkTogether([Part(set: set, branch: 0)]) }
        for selection in set.selections {
            switch selection {
            case .field(let field):
                guard let inner = field.selectionSet else { continue }
                place.path.append(field.responseName)
                try checkEach(in: inner)
                place.path.removeLast()
            case .inlineFragment(let fragment):
                try checkEach(in: fragment.selectionSet, isPart: true)
            case .fragmentSpread:
                break
            }
        }
    }

    /// Checks sets whose fields stand in the same place of the response.
    private mutating func checkTogether(_ parts: [Part]) throws(GraphQLDocumentError) {
        guard place.path.count <= GraphQLDocument.maximumDepth else {
            throw place.error("with its fragments it nests more than \(GraphQLDocument.maximumDepth) levels")
        }
        var firsts: [GraphQLName: (field: GraphQLField, branch: Int)] = [:]
        firsts.reserveCapacity(parts.reduce(0) { $0 + $1.set.selections.count })
        var groups: [GraphQLName: Group] = [:]
        try forEachField(of: parts) { (check, field, branch) throws(GraphQLDocumentError) in
            let name = field.responseName
            guard let first = firsts.updateValue((field, branch), forKey: name) else { return }
            if groups[name] == nil {
                try check.add(first.field, branch: first.branch, to: &groups[name, default: Group()])
            }
            try check.add(field, branch: branch, to: &groups[name, default: Group()])
        }
        for (name, group) in groups where group.parts.count > 1 {
            place.path.append(name)
            try checkTogether(group.parts)
            place.path.removeLast()
        }
    }

    /// Visits the fields of sets, inline fragments and fragments that they spread; each fragment once.
    private mutating func forEachField(
        of parts: [Part],
        _ body: (inout Self, GraphQLField, _ branch: Int) throws(GraphQLDocumentError) -> Void
    ) throws(GraphQLDocumentError) {
        var spread: Set<Spread> = []
        var rest = parts
        while let part = rest.popLast() {
            let branch = branch(of: part)
            for selection in part.set.selections {
                try budget.spend()
                switch selection {
                case .field(let field):
                    try body(&self, field, branch)
                case .inlineFragment(let fragment):
                    let condition = fragment.typeCondition ?? part.condition
                    rest.append(Part(set: fragment.selectionSet, branch: part.branch, condition: condition))
                case .fragmentSpread(let use):
                    guard let index = fragmentIndices[use.name],
                        spread.insert(Spread(fragment: index, branch: part.branch)).inserted
                    else { continue }
                    let fragment = fragments[index]
                    rest.append(
                        Part(set: fragment.selectionSet, branch: part.branch, condition: fragment.typeCondition)
                    )
                }
            }
        }
    }

    /// Compares a field with the others of its response name.
    private func add(_ field: GraphQLField, branch: Int, to group: inout Group) throws(GraphQLDocumentError) {
        var others = [group.representatives[0], group.representatives[branch]].compactMap(\.self)
        if branch == 0, group.representatives[0] == nil { others = Array(group.representatives.values) }
        for other in others where other.name != field.name || other.sortedArguments != field.sortedArguments {
            throw place.error(
                "'\(field.responseName.shown)' is selected twice and means different fields or arguments; use an alias"
            )
        }
        group.representatives[branch] = field
        if let set = field.selectionSet { group.parts.append(Part(set: set, branch: branch)) }
    }

    private mutating func branch(of part: Part) -> Int {
        guard let condition = part.condition else { return part.branch }
        let key = Branch(outer: part.branch, condition: condition)
        let branch = branches[key] ?? branches.count + 1
        branches[key] = branch
        return branch
    }
}

extension GraphQLSelectionSet {
    /// Whether a glance shows that nothing can meet: a lone spread, whose fragment is looked at where it is defined, or
    /// fields of different names.
    fileprivate var isObviouslyDistinct: Bool {
        if selections.count == 1, case .inlineFragment = selections[0] { return false }
        guard selections.count > 1 else { return true }
        guard selections.count <= 8 else { return isDistinctByNames }
        for (index, selection) in selections.enumerated() {
            guard case .field(let field) = selection else { return false }
            for other in selections[..<index] {
                if case .field(let other) = other, other.responseName == field.responseName { return false }
            }
        }
        return true
    }

    /// The same for many, as the aliases of a batch.
    private var isDistinctByNames: Bool {
        var names = Set<GraphQLName>(minimumCapacity: selections.count)
        for selection in selections {
            guard case .field(let field) = selection, names.insert(field.responseName).inserted else { return false }
        }
        return true
    }
}
