// SPDX-License-Identifier: Apache-2.0
//
// Lines and columns of a file that is read in pieces.

/// A place in a file. It costs nothing but at line breaks.
struct TextPosition {
    /// The line, counted from 1.
    private(set) var line = 1
    /// Where the piece that is being read begins in the file.
    var pieceStart = 0
    private var lineStart = 0
    private var offset = 0

    /// Goes behind a line feed at an index of the piece.
    mutating func beginLine(behind index: Int) {
        line += 1
        lineStart = pieceStart + index + 1
    }

    /// The place at an index of the piece.
    func advanced(by index: Int) -> Self {
        var place = self
        place.offset = pieceStart + index
        return place
    }

    /// The byte of the line, counted from 1.
    func column() -> Int { offset - lineStart + 1 }
}
