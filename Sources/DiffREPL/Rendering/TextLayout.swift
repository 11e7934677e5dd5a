import Expr

/// Lays results out in lines, for every renderer that writes for people.
struct TextLayout {
  var settings: RenderSettings
  /// Digits that are not certain stand in brackets, where there is no grey.
  var marksUncertainDigits = false

  /// The lines of an output, without newlines and without blanks at their ends.
  func lines(of output: Output) -> [StyledText] { output.blocks.flatMap(lines(of:)) }

  /// How values are written under these settings.
  var values: ValueFormat { ValueFormat(digits: settings.digits, isASCII: settings.isASCII) }

  private func lines(of block: Output.Block) -> [StyledText] {
    switch block {
    case .blank: return [StyledText("")]
    case .line(let text): return [shown(text)]
    case .paragraph(let text): return shown(text).wrapped(to: settings.width)
    case .value(let name, let value): return lines(of: value, named: shown(name))
    case .certified(let name, let tensor, let digits):
      return certifiedLines(of: tensor, digits, named: shown(name))
    case .table(let table):
      return TableLayout(table: shown(table), width: settings.width, values: values).lines
    case .iterations(let view): return view.blocks.flatMap(lines(of:))
    case .plot(let plot): return PlotLayout(plot, settings).lines
    case .sparkline(let label, let values, let isLogarithmic):
      let line = Sparkline(
        values, isLogarithmic: isLogarithmic, width: min(60, settings.width - label.count - 2),
        settings)
      return [shown(StyledText(label, .faint)) + "  " + StyledText(line.text)]
    case .diagnostic(let diagnostic): return lines(of: diagnostic)
    case .pages(let pages): return pages.flatMap { $0.flatMap(lines(of:)) + [StyledText("")] }
    }
  }

  private func lines(of value: Value, named name: StyledText) -> [StyledText] {
    let indent = 2
    let rows = values.lines(value, width: settings.width - indent)
    if rows.count > 1 {
      let blanks = StyledText(String(repeating: " ", count: indent))
      return [name + " ="] + rows.map { blanks + StyledText($0, .number) }
    }
    // A long name leaves an array a third of a line all the same: better that the line runs over.
    let room = max(settings.width - name.width - 3, settings.width / 3)
    let text = values.line(value, width: room)
    if case .string = value { return [name + " = " + shown(StyledText(text))] }
    return [name + " = " + StyledText(text, .number)]
  }

  /// A number, or a vector in one line, with its uncertain digits set apart; of what is larger only
  /// how many digits are certain.
  private func certifiedLines(
    of tensor: Tensor, _ digits: [Int], named name: StyledText
  ) -> [StyledText] {
    let isLine = tensor.shape.isVector || tensor.shape.isRow
    guard tensor.shape.isScalar || isLine && tensor.elements.count <= 16 else {
      let least = digits.min() ?? 17
      let note = "  at least \(least) digits of each entry are certain"
      return lines(of: .tensor(tensor), named: name) + [StyledText(note, .faint)]
    }
    let entries = zip(tensor.elements, digits).map(certified)
    if tensor.shape.isScalar { return [name + " = " + entries[0]] }
    var text = StyledText("[", .number)
    for (place, entry) in entries.enumerated() {
      text = text + (place > 0 ? StyledText(", ", .number) : "") + entry
    }
    return [name + " = " + text + StyledText(tensor.shape.isRow ? "]'" : "]", .number)]
  }

  private func certified(_ number: Double, _ digits: Int) -> StyledText {
    let text = values.numbers.string(number)
    if number == 0, digits == 0 {
      return StyledText(marksUncertainDigits ? "[\(text)]" : text, .uncertain)
    }
    var count = 0
    var isLeading = true
    var split = text.endIndex, end = text.endIndex
    for place in text.indices {
      let character = text[place]
      if character == "e" {
        end = place
        break
      }
      guard character.isNumber else { continue }
      isLeading = isLeading && character == "0"
      if isLeading { continue }
      if count == digits, split == text.endIndex { split = place }
      count += 1
    }
    guard split < end else { return StyledText(text, .number) }
    let uncertain = String(text[split..<end])
    return StyledText(String(text[..<split]), .number)
      + StyledText(marksUncertainDigits ? "[\(uncertain)]" : uncertain, .uncertain)
      + StyledText(String(text[end...]), .number)
  }

  /// The text in the character set asked for.
  func shown(_ text: StyledText) -> StyledText {
    settings.isASCII ? text.transliterated : text
  }

  /// The table in the character set asked for, before anything in it is measured.
  private func shown(_ table: Table) -> Table {
    guard settings.isASCII else { return table }
    var table = table
    table.title = table.title.map(\.transliterated)
    for i in table.columns.indices {
      table.columns[i].header = table.columns[i].header.transliterated
    }
    for row in table.rows.indices {
      for column in table.rows[row].indices {
        if case .text(let text) = table.rows[row][column] {
          table.rows[row][column] = .text(text.transliterated)
        }
      }
    }
    return table
  }
}
