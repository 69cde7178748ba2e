// SPDX-License-Identifier: Apache-2.0
//
// Who we are, for servers that ask.

import HTTPTransport

/// A certificate of ours with its key, both in PEM files.
public struct CurlClientCertificate: Hashable, Sendable {
    /// The path of the certificate, with the certificates between it and its authority behind it.
    public let certificateFile: String
    /// The path of its private key.
    public let keyFile: String

    let keyPassword: String?

    /// Names the files.
    ///
    /// - Parameters:
    ///   - certificateFile: The path of the certificate.
    ///   - keyFile: The path of its private key.
    ///   - keyPassword: What decrypts the key; `nil`, the default, if it is not encrypted. It shows in no description and
    ///     no error.
    public init(certificateFile: String, keyFile: String, keyPassword: String? = nil) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.keyPassword = keyPassword
    }
}

extension CurlClientCertificate: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The certificate's path; never the password.
    public var description: String { certificateFile.printable }

    /// The same as the description: nothing more is shown to a debugger or a log.
    public var debugDescription: String { description }

    /// The paths alone.
    public var customMirror: Mirror {
        Mirror(self, children: ["certificateFile": certificateFile, "keyFile": keyFile])
    }
}
