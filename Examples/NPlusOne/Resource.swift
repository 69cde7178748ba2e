// SPDX-License-Identifier: Apache-2.0
//
// The data that is read and written.

/// What the demo reads of a resource of the schema.
struct Resource: Decodable, Hashable, Sendable {
    /// A resource of which only the id is asked for.
    struct Related: Decodable, Hashable, Sendable {
        var id: String
    }

    var id: String
    var name: String
    var type: String
    var status: String
    var createdAt: String
    var related: [Related]

    /// The same resource under another name.
    func named(_ name: String) -> Resource {
        var copy = self
        copy.name = name
        return copy
    }
}
