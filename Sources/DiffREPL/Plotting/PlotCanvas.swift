/// A grid of dots, 2×4 in each character as braille has them, or one where there is only ASCII; with
/// marks that stand in the place of a character.
struct PlotCanvas {
  let columns: Int
  let rows: Int
  let isASCII: Bool
  /// Dots in a character, across and down.
  var across: Int { isASCII ? 1 : 2 }
  var down: Int { isASCII ? 1 : 4 }
  private var dots: [UInt8]
  /// Which curve was last in a character, -1 for none.
  private var owners: [Int]
  private var marks: [Character?]

  init(columns: Int, rows: Int, isASCII: Bool) {
    self.columns = columns
    self.rows = rows
    self.isASCII = isASCII
    dots = Array(repeating: 0, count: columns * rows)
    owners = Array(repeating: -1, count: columns * rows)
    marks = Array(repeating: nil, count: columns * rows)
  }

  /// Sets a dot, counted from the left and from below.
  mutating func set(_ x: Int, _ y: Int, curve: Int) {
    guard let cell = cell(x, y) else { return }
    let row = down - 1 - y % down
    // The bits of braille: three rows of two, and a fourth that was added later.
    let bit =
      isASCII ? 0 : row == 3 ? 6 + x % 2 : row + 3 * (x % 2)
    dots[cell] |= 1 << UInt8(bit)
    owners[cell] = curve
  }

  /// Puts a character where a dot is.
  mutating func mark(_ x: Int, _ y: Int, _ character: Character, curve: Int) {
    guard let cell = cell(x, y) else { return }
    marks[cell] = character
    owners[cell] = curve
  }

  private func cell(_ x: Int, _ y: Int) -> Int? {
    guard x >= 0, y >= 0, x < columns * across, y < rows * down else { return nil }
    return (rows - 1 - y / down) * columns + x / across
  }

  /// Dots on the straight line between two points, in dots; only the part that is on the canvas.
  mutating func line(
    from a: (x: Double, y: Double), to b: (x: Double, y: Double), curve: Int
  ) {
    guard let (a, b) = clipped(a, b) else { return }
    let steps = max(abs(b.x - a.x), abs(b.y - a.y)).rounded(.up)
    for step in 0...Int(max(1, steps)) {
      let part = Double(step) / max(1, steps)
      set(
        Int((a.x + part * (b.x - a.x)).rounded()), Int((a.y + part * (b.y - a.y)).rounded()),
        curve: curve)
    }
  }

  /// The part of a line on the canvas (Liang & Barsky 1984); nil if there is none.
  private func clipped(
    _ a: (x: Double, y: Double), _ b: (x: Double, y: Double)
  ) -> ((x: Double, y: Double), (x: Double, y: Double))? {
    let (dx, dy) = (b.x - a.x, b.y - a.y)
    guard dx.isFinite, dy.isFinite else { return nil }
    var (first, last) = (0.0, 1.0)
    let right = Double(columns * across) - 0.51, top = Double(rows * down) - 0.51
    for (move, room) in [(-dx, a.x + 0.49), (dx, right - a.x), (-dy, a.y + 0.49), (dy, top - a.y)] {
      if move == 0 {
        if room < 0 { return nil }
      } else if move < 0 {
        first = max(first, room / move)
      } else {
        last = min(last, room / move)
      }
    }
    guard first <= last else { return nil }
    return ((a.x + first * dx, a.y + first * dy), (a.x + last * dx, a.y + last * dy))
  }

  /// A line of characters, from the top, each with the curve it belongs to.
  func text(row: Int, letters: [Character]) -> [(character: Character, curve: Int)] {
    (0..<columns).map { column in
      let cell = row * columns + column
      if let mark = marks[cell] { return (mark, owners[cell]) }
      guard dots[cell] != 0, owners[cell] >= 0 else { return (" ", -1) }
      if isASCII { return (letters[owners[cell] % letters.count], owners[cell]) }
      return (Character(Unicode.Scalar(0x2800 + UInt32(dots[cell])) ?? " "), owners[cell])
    }
  }
}
