// SPDX-License-Identifier: Apache-2.0
//
// The way through another server.

public import HTTPTransport

/// A proxy that connects us to servers.
///
/// Requests to `https` servers go through a tunnel, in which the proxy sees nothing of them; requests to `http` servers
/// are handed to it.
public struct CurlProxy: Hashable, Sendable {
    struct Credentials: Hashable, Sendable {
        let user: String
        let password: String
    }

    let url: HTTPURL
    let credentials: Credentials?

    /// A proxy that asks for no credentials.
    ///
    /// - Parameter url: Its `http` or `https` URL, with its port.
    public init(url: HTTPURL) {
        self.url = url
        credentials = nil
    }

    /// A proxy that asks for credentials.
    ///
    /// - Parameters:
    ///   - url: Its `http` or `https` URL, with its port.
    ///   - user: Who we are.
    ///   - password: What proves it. It shows in no description and no error.
    public init(url: HTTPURL, user: String, password: String) {
        self.url = url
        credentials = Credentials(user: user, password: password)
    }
}

extension CurlProxy: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The proxy's origin; never its credentials.
    public var description: String { url.origin }

    /// The same as the description: nothing more is shown to a debugger or a log.
    public var debugDescription: String { description }

    /// The proxy's origin alone.
    public var customMirror: Mirror { Mirror(self, children: ["origin": url.origin]) }
}
