import Expr

/// Draws a plot in characters: braille dots, or ASCII, with axes, round numbers and a legend.
///
/// Curves are told apart by colour, where there is one, and always by letters set along them.
struct PlotLayout {
  private let plot: Plot
  private let settings: RenderSettings
  private let scales: (x: PlotScale, y: PlotScale)
  private let columns: Int
  private let yTicks: [(row: Int, label: String)]
  private let labelWidth: Int

  private static let pointMarks: [Character] = ["•", "○", "×", "◦"]
  private static let asciiMarks: [Character] = ["*", "+", "o", "x", "#", "@", "%", "&"]
  private static let styles: [StyledText.Style] = [.symbol, .adjoint, .warning, .name, .plain]
  /// Columns between the letters on a curve.
  private static let letterDistance = 18

  init(_ plot: Plot, _ settings: RenderSettings) {
    self.plot = plot
    self.settings = settings
    let scales = plot.scales
    self.scales = scales
    let rows = plot.height
    var seen: Set<Int> = []
    let ticks = scales.y.ticks(max(2, rows / 3))
    yTicks = zip(ticks, PlotScale.labels(of: ticks)).compactMap { value, label in
      let row = rows - 1 - Int((scales.y.position(of: value) * Double(rows - 1)).rounded())
      guard (0..<rows).contains(row), seen.insert(row).inserted else { return nil }
      return (row, label)
    }
    labelWidth = yTicks.map(\.label.count).max() ?? 0
    columns = max(10, min(settings.width, 100) - labelWidth - 4)
  }

  var lines: [StyledText] {
    var lines: [StyledText] = []
    if !plot.title.isEmpty { lines.append(shown(StyledText("  " + plot.title, .heading))) }
    let isEmpty = plot.curves.allSatisfy { curve in
      zip(curve.x, curve.y).allSatisfy { x, y in
        !scales.x.position(of: x).isFinite || !scales.y.position(of: y).isFinite
      }
    }
    if isEmpty { return lines + [StyledText("  (nothing to draw: no finite value)", .faint)] }
    let canvas = drawn
    for row in 0..<plot.height { lines.append(line(row, canvas)) }
    return lines + bottomAxis + legend
  }

  private func shown(_ text: StyledText) -> StyledText {
    settings.isASCII ? text.transliterated : text
  }

  // MARK: The picture

  private var drawn: PlotCanvas {
    var canvas = PlotCanvas(columns: columns, rows: plot.height, isASCII: settings.isASCII)
    // Points come last, so that lines do not hide them.
    for (number, curve) in plot.curves.enumerated() where curve.style == .line {
      drawLine(curve, number, on: &canvas)
    }
    for (number, curve) in plot.curves.enumerated() where curve.style == .line && needsLegend {
      setLetters(curve, number, on: &canvas)
    }
    for (number, curve) in plot.curves.enumerated() where curve.style == .points {
      for (x, y) in zip(curve.x, curve.y) {
        let place = place(x, y, on: canvas)
        guard place.x.isFinite, place.y.isFinite, abs(place.x) < 1e6, abs(place.y) < 1e6 else {
          continue
        }
        canvas.mark(
          Int(place.x.rounded()), Int(place.y.rounded()), mark(of: number), curve: number)
      }
    }
    return canvas
  }

  private func place(_ x: Double, _ y: Double, on canvas: PlotCanvas) -> (x: Double, y: Double) {
    (
      scales.x.position(of: x) * Double(canvas.columns * canvas.across - 1),
      scales.y.position(of: y) * Double(canvas.rows * canvas.down - 1)
    )
  }

  private func drawLine(_ curve: Plot.Curve, _ number: Int, on canvas: inout PlotCanvas) {
    var last: (x: Double, y: Double)?
    let top = Double(canvas.rows * canvas.down - 1)
    for (x, y) in zip(curve.x, curve.y) {
      let next = place(x, y, on: canvas)
      guard next.x.isFinite, next.y.isFinite else {
        last = nil
        continue
      }
      if let last {
        // From above the picture to below it: a pole, and not a line.
        let isPole = (last.y > top && next.y < 0) || (last.y < 0 && next.y > top)
        if !isPole { canvas.line(from: last, to: next, curve: number) }
      } else {
        canvas.line(from: next, to: next, curve: number)
      }
      last = next
    }
  }

  /// Letters along a curve, those of other curves at other columns.
  private func setLetters(_ curve: Plot.Curve, _ number: Int, on canvas: inout PlotCanvas) {
    let count = max(1, plot.curves.count)
    let shift = (2 * number + 1) * Self.letterDistance / (2 * count)
    var nextColumn = Double(shift)
    var last: (x: Double, y: Double)?
    var end: (x: Double, y: Double)?
    let top = Double(canvas.rows * canvas.down)
    for (x, y) in zip(curve.x, curve.y) {
      let next = place(x, y, on: canvas)
      if next.x.isFinite, next.y >= -0.5, next.y < top { end = next }
      defer { last = next.x.isFinite && next.y.isFinite ? next : nil }
      guard let last, next.x.isFinite, next.y.isFinite, next.x > last.x else { continue }
      while nextColumn * Double(canvas.across) <= next.x {
        let target = nextColumn * Double(canvas.across)
        nextColumn += Double(Self.letterDistance)
        guard target >= last.x else { continue }
        let part = (target - last.x) / (next.x - last.x)
        canvas.mark(
          Int(target), Int((last.y + part * (next.y - last.y)).rounded()), mark(of: number),
          curve: number)
      }
    }
    // A curve that ends early, or is short, is named where it ends.
    if let end, end.x < Double(canvas.columns * canvas.across - 4) {
      canvas.mark(Int(end.x.rounded()), Int(end.y.rounded()), mark(of: number), curve: number)
    }
  }

  private var needsLegend: Bool { plot.curves.count > 1 }

  private func mark(of number: Int) -> Character {
    if settings.isASCII { return Self.asciiMarks[number % Self.asciiMarks.count] }
    if plot.curves[number].style == .points {
      return Self.pointMarks[number % Self.pointMarks.count]
    }
    return Character(Unicode.Scalar(97 + UInt8(number % 26)))
  }

  // MARK: Text around it

  private func line(_ row: Int, _ canvas: PlotCanvas) -> StyledText {
    let label = yTicks.first { $0.row == row }?.label ?? ""
    let blanks = String(repeating: " ", count: labelWidth - label.count + 2)
    let edge = settings.isASCII ? (label.isEmpty ? "|" : "+") : label.isEmpty ? "│" : "┤"
    var text = StyledText(blanks + label + " " + edge, .faint)
    var run = "", owner = -1
    for (character, curve) in canvas.text(row: row, letters: Self.asciiMarks) {
      if curve != owner {
        text = text + StyledText(run, style(of: owner))
        (run, owner) = ("", curve)
      }
      run.append(character)
    }
    while run.last == " " { run.removeLast() }
    return text + StyledText(run, style(of: owner))
  }

  private func style(of curve: Int) -> StyledText.Style {
    curve < 0 ? .plain : Self.styles[curve % Self.styles.count]
  }

  private var bottomAxis: [StyledText] {
    var axis = [Character](repeating: settings.isASCII ? "-" : "─", count: columns)
    var numbers = [Character](repeating: " ", count: columns + labelWidth + 4)
    var end = 0
    let ticks = scales.x.ticks(columns / 11)
    for (value, text) in zip(ticks, PlotScale.labels(of: ticks)) {
      let column = Int((scales.x.position(of: value) * Double(columns - 1)).rounded())
      guard (0..<columns).contains(column) else { continue }
      let label = Array(text)
      let start = min(
        max(0, column + labelWidth + 4 - label.count / 2), numbers.count - label.count)
      axis[column] = settings.isASCII ? "+" : "┬"
      guard start > end || end == 0, start >= 0 else { continue }
      for (offset, character) in label.enumerated() { numbers[start + offset] = character }
      end = start + label.count
    }
    if !plot.x.label.isEmpty {
      let label = Array(shown(StyledText(plot.x.label)).text)
      if end + 2 + label.count <= numbers.count {
        numbers.replaceSubrange(numbers.count - label.count..<numbers.count, with: label)
      }
    }
    while numbers.last == " " { numbers.removeLast() }
    let corner = settings.isASCII ? "+" : "└"
    let indent = String(repeating: " ", count: labelWidth + 3)
    return [
      StyledText(indent + corner + String(axis), .faint), StyledText(String(numbers), .faint),
    ]
  }

  private var legend: [StyledText] {
    guard needsLegend else { return [] }
    let indent = StyledText(String(repeating: " ", count: labelWidth + 4))
    var lines: [StyledText] = []
    var line = indent
    for (number, curve) in plot.curves.enumerated() {
      let entry =
        StyledText(String(mark(of: number)), style(of: number))
        + shown(StyledText(" \(curve.name)"))
      let isFirst = line.width == indent.width
      // An entry stays whole, whatever is in its name.
      if !isFirst, line.width + 3 + entry.width > settings.width {
        lines.append(line)
        line = indent + entry
      } else {
        line = line + StyledText(isFirst ? "" : "   ") + entry
      }
    }
    return lines + [line]
  }
}
