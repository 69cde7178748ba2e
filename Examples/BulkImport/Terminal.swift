// SPDX-License-Identifier: Apache-2.0
//
// What is known of the terminal, if there is one.

import Foundation

enum Terminal {
    /// Whether this output is a terminal that can move its cursor.
    static func isInteractive(_ descriptor: Int32) -> Bool {
        isatty(descriptor) == 1 && environment("TERM") != "dumb"
    }

    /// Whether this output shows colours, and somebody wants them ([NO_COLOR](https://no-color.org)).
    static func hasColour(_ descriptor: Int32) -> Bool {
        isInteractive(descriptor) && (environment("NO_COLOR") ?? "").isEmpty
    }

    /// The columns of the terminal behind this output; 80 if there is none, or if it does not tell.
    static func width(of descriptor: Int32) -> Int {
        var size = winsize()
        guard isatty(descriptor) == 1, ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return 80
        }
        return Int(size.ws_col)
    }

    /// Whether the locale's characters are Unicode's.
    static var isUnicode: Bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap(environment).first { !$0.isEmpty } ?? ""
        let encoding = locale.lowercased()
        return encoding.hasSuffix("utf-8") || encoding.hasSuffix("utf8")
    }

    /// Writes to the standard error at once.
    static func writeError(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }

    static func environment(_ name: String) -> String? { ProcessInfo.processInfo.environment[name] }
}
