// SPDX-License-Identifier: Apache-2.0
//
// The data that is read and written, as the schema has it.

/// A resource of the demo's schema.
struct Resource: Codable, Hashable, Sendable {
    /// What the demo's data keeps beside the named fields.
    struct Metadata: Codable, Hashable, Sendable {
        var size: Int?
        var tags: [String]?
        var owner: String?
    }

    /// A resource of which only the id is asked for.
    struct Related: Codable, Hashable, Sendable {
        var id: String
    }

    var id: String
    var name: String
    var type: String
    var status: String
    var metadata: Metadata?
    var createdAt: String
    var related: [Related]

    /// The same resource under another name.
    func named(_ name: String) -> Resource {
        var copy = self
        copy.name = name
        return copy
    }
}
