// SPDX-License-Identifier: Apache-2.0
//
// A list that mostly has one element, which then needs no memory of its own.

/// A list of elements, of which there is one as a rule.
@usableFromInline
enum Few<Element> {
    case empty
    case one(Element)
    case many([Element])

    @inlinable
    init() {
        self = .empty
    }

    /// One element for each of some others.
    @inlinable
    init<Source>(_ source: [Source], _ transform: (Source) -> Element) {
        self = source.count == 1 ? .one(transform(source[0])) : .many(source.map(transform))
    }

    @inlinable
    mutating func append(_ element: consuming Element) {
        switch self {
        case .empty:
            self = .one(element)
        case .one(let first):
            self = .many([first, element])
        case .many(var elements):
            self = .empty  // Leaves the array to one owner, so that it is not copied.
            elements.append(element)
            self = .many(elements)
        }
    }

    /// Calls a function with each element in turn. An iterator would keep a copy of all.
    @inlinable @inline(__always)
    func forEach(_ body: (Element) -> Void) {
        switch self {
        case .empty: break
        case .one(let element): body(element)
        case .many(let elements): for element in elements { body(element) }
        }
    }

    @inlinable
    mutating func append(contentsOf others: Few) {
        if isEmpty { self = others } else { for element in others { append(element) } }
    }
}

extension Few: RandomAccessCollection, MutableCollection {
    @inlinable var startIndex: Int { 0 }

    @inlinable var endIndex: Int {
        switch self {
        case .empty: 0
        case .one: 1
        case .many(let elements): elements.count
        }
    }

    @inlinable
    subscript(position: Int) -> Element {
        get {
            switch self {
            case .empty: preconditionFailure("there is no element")
            case .one(let element): element
            case .many(let elements): elements[position]
            }
        }
        set {
            switch self {
            case .empty, .one:
                self = .one(newValue)
            case .many(var elements):
                self = .empty
                elements[position] = newValue
                self = .many(elements)
            }
        }
    }
}

extension Few: Sendable where Element: Sendable {}
