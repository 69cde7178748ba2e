// SPDX-License-Identifier: Apache-2.0
//
// The methods a client of this package uses, and what each promises about being sent twice.

/// A request method ([RFC 9110, section 9](https://www.rfc-editor.org/rfc/rfc9110#section-9)).
public enum HTTPMethod: String, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"

    /// Whether sending a request of this method twice has the effect of sending it once
    /// ([RFC 9110, section 9.2.2](https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2)).
    public var isIdempotent: Bool {
        switch self {
        case .get, .put, .delete: true
        case .post, .patch: false
        }
    }

    /// The method as it is sent.
    public var description: String { rawValue }
}
