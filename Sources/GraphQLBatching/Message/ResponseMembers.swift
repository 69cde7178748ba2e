// SPDX-License-Identifier: Apache-2.0
//
// Where in a body the members of an object are, by their names.

/// The members of an object: ranges of a body, found by name.
///
/// No text is made of the names: a table holds positions, and bytes are compared with bytes. It is made when the number
/// of members is known, so it never grows.
struct ResponseMembers: Sendable {
    /// A member as it stands in the body.
    struct Member: Sendable {
        /// The name, quotes not included.
        var name: Range<Int>
        var value: Range<Int>
    }

    private(set) var members: [Member] = []
    /// The names that are written with escapes, by the member's position.
    private var escapedNames: [Int: String] = [:]
    /// Positions of members, each at the place of its name's hash or behind; -1 where there is none.
    private var table: [Int] = []

    mutating func append(_ member: Member, escapedName: String?) {
        if let escapedName { escapedNames[members.count] = escapedName }
        members.append(member)
    }

    /// Makes the table.
    ///
    /// - Returns: The position of the first member whose name another has before it; `nil` if all names differ.
    mutating func index(in body: [UInt8]) -> Int? {
        var size = 4
        while size < 2 * members.count { size *= 2 }
        table = [Int](repeating: -1, count: size)
        return body.withUnsafeBytes { body in
            members.withUnsafeBufferPointer { members in
                table.withUnsafeMutableBufferPointer { table in
                    let names = Names(body: body, members: members, escaped: escapedNames)
                    return names.fill(table)
                }
            }
        }
    }

    /// The range of a member's value.
    func value(of name: String, in body: [UInt8]) -> Range<Int>? {
        guard !members.isEmpty else { return nil }
        var name = name
        let position = body.withUnsafeBytes { body in
            members.withUnsafeBufferPointer { members in
                table.withUnsafeBufferPointer { table in
                    let names = Names(body: body, members: members, escaped: escapedNames)
                    return name.withUTF8 { table[names.slot(of: UnsafeRawBufferPointer($0), in: table)] }
                }
            }
        }
        return position < 0 ? nil : members[position].value
    }

    /// The name of a member.
    func name(of position: Int, in body: [UInt8]) -> String {
        escapedNames[position] ?? String(decoding: body[members[position].name], as: UTF8.self)
    }
}

/// The names of members while their bytes are at hand.
private struct Names {
    let body: UnsafeRawBufferPointer
    let members: UnsafeBufferPointer<ResponseMembers.Member>
    let escaped: [Int: String]

    func fill(_ table: UnsafeMutableBufferPointer<Int>) -> Int? {
        for position in members.indices {
            let place = withName(of: position) { slot(of: $0, in: UnsafeBufferPointer(table)) }
            guard table[place] < 0 else { return position }
            table[place] = position
        }
        return nil
    }

    /// Where a name is in the table, or belongs.
    func slot(of name: UnsafeRawBufferPointer, in table: UnsafeBufferPointer<Int>) -> Int {
        var hasher = Hasher()  // Seeded anew in each process: a server's names may be hostile.
        hasher.combine(bytes: name)
        var slot = hasher.finalize() & (table.count - 1)
        while table[slot] >= 0 {
            let isSame = withName(of: table[slot]) { $0.count == name.count && $0.elementsEqual(name) }
            if isSame { break }
            slot = (slot + 1) & (table.count - 1)
        }
        return slot
    }

    private func withName<T>(of position: Int, _ use: (UnsafeRawBufferPointer) -> T) -> T {
        if !escaped.isEmpty, var name = escaped[position] {
            return name.withUTF8 { use(UnsafeRawBufferPointer($0)) }
        }
        return use(UnsafeRawBufferPointer(rebasing: body[members[position].name]))
    }
}
