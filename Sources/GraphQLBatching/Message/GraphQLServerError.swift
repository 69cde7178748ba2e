// SPDX-License-Identifier: Apache-2.0
//
// An entry of a response's list of errors.

/// An error that a server reports
/// ([GraphQL, section 7.1.6](https://spec.graphql.org/September2025/#sec-Errors)).
public struct GraphQLServerError: Error, Hashable, Sendable {
    /// A step of the way to the field that failed.
    public enum PathElement: Hashable, Sendable {
        /// A response name.
        case key(String)
        /// A position in a list, from 0.
        case index(Int)
    }

    /// A place in the text of the request.
    public struct Location: Hashable, Sendable, Decodable {
        /// The line, from 1.
        public var line: Int
        /// The column, from 1.
        public var column: Int

        /// Makes a place.
        public init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }
    }

    /// What went wrong, in the server's words.
    public var message: String
    /// The way to the field that failed; empty if the error belongs to no field.
    public var path: [PathElement]
    /// Places in the text of the request.
    public var locations: [Location]
    /// What else the server says, such as a `code`.
    public var extensions: [String: GraphQLValue]

    /// Makes an error.
    public init(
        message: String,
        path: [PathElement] = [],
        locations: [Location] = [],
        extensions: [String: GraphQLValue] = [:]
    ) {
        self.message = message
        self.path = path
        self.locations = locations
        self.extensions = extensions
    }
}

extension GraphQLServerError: Decodable {
    private enum CodingKeys: CodingKey {
        case message, path, locations, extensions
    }

    /// Decodes an error as it comes: an entry that is missing or not of its form is left empty, for an error that a
    /// server reports must never be lost because of how it is written.
    public init(from decoder: any Decoder) throws {
        guard let container = try? decoder.container(keyedBy: CodingKeys.self) else {
            let text = try? decoder.singleValueContainer().decode(String.self)
            self.init(message: text ?? "(an error without a message)")
            return
        }
        self.init(
            message: (try? container.decode(String.self, forKey: .message)) ?? "(an error without a message)",
            path: (try? container.decode([PathElement].self, forKey: .path)) ?? [],
            locations: (try? container.decode([Location].self, forKey: .locations)) ?? [],
            extensions: (try? container.decode([String: GraphQLValue].self, forKey: .extensions)) ?? [:]
        )
    }
}

extension GraphQLServerError.PathElement: Decodable {
    /// Decodes a string or a whole number.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let key = try? container.decode(String.self) {
            self = .key(key)
        } else {
            self = .index(try container.decode(Int.self))
        }
    }
}

extension GraphQLServerError.PathElement: CustomStringConvertible {
    /// The key or the position.
    public var description: String {
        switch self {
        case .key(let key): key
        case .index(let index): "\(index)"
        }
    }
}

extension GraphQLServerError: CustomStringConvertible {
    /// The message and the path, for a person.
    public var description: String {
        path.isEmpty ? message : "\(message) (at \(path.map(\.description).joined(separator: ".")))"
    }
}
