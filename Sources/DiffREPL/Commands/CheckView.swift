import AD
import Expr

/// A check as blocks and as JSON.
struct CheckView {
  let check: GradientCheck
  let target: Target
  let direction: [Tensor]
  let isAlong: Bool

  private static let format = NumberFormat(digits: 4)
  private func text(_ x: Double) -> String { Self.format.string(x) }

  var blocks: [Output.Block] {
    var blocks: [Output.Block] = [
      .table(modes), .blank, .table(sweep), .blank,
    ]
    blocks += curve.map { .line($0) }
    blocks += [.blank]
    blocks += findings.map { .paragraph($0) }
    blocks.append(.paragraph(verdict))
    return blocks
  }

  // MARK: The two modes

  private var modes: Table {
    func heading(_ text: String) -> StyledText { StyledText(text, .heading) }
    var table = Table(
      columns: [
        .init(header: "", kind: .symbol, gap: 2),
        .init(header: heading("reverse mode"), kind: .value, gap: 2),
        .init(header: heading("forward mode"), kind: .value, gap: 3),
        .init(header: heading("central difference"), kind: .value, gap: 3),
      ], rows: [])
    for (position, variable) in target.variables.enumerated() {
      func cell(_ tensors: [Tensor]) -> Table.Cell {
        position < tensors.count ? .value(tensors[position]) : .empty
      }
      table.rows.append([
        .text(StyledText("∂\(target.functionName)/∂\(variable.name)", .adjoint)),
        cell(check.reverse), cell(check.forward), cell(check.finite),
      ])
    }
    return table
  }

  // MARK: The widths

  private var sweep: Table {
    func heading(_ text: String) -> StyledText { StyledText(text, .heading) }
    var table = Table(
      columns: [
        .init(header: heading("δ"), kind: .count, gap: 2),
        .init(header: heading("forward error"), kind: .count, gap: 3),
        .init(header: heading("central error"), kind: .count, gap: 3),
        .init(header: heading("Taylor remainder"), kind: .count, gap: 3),
      ], rows: [])
    for width in check.widths {
      table.rows.append(
        [width.delta, width.forward, width.central, width.remainder].enumerated().map {
          .text(StyledText(text($1), $0 == 0 ? .symbol : .number))
        })
    }
    return table
  }

  /// The errors over δ, both on logarithmic scales: one column a width, one line a power of ten.
  private var curve: [StyledText] {
    func power(_ error: Double) -> Int? {
      error > 0 && error.isFinite ? Int(Double.log10(error).rounded(.down)) : nil
    }
    let widths = Array(check.widths.reversed())
    let powers = widths.flatMap { [power($0.forward), power($0.central)] }.compactMap { $0 }
    guard let top = powers.max(), let least = powers.min() else { return [] }
    let bottom = max(least, top - 20)
    var lines = [StyledText("error", .faint)]
    for line in stride(from: top, through: bottom, by: -1) {
      let label = "1e\(line)"
      var text = StyledText(
        String(repeating: " ", count: max(0, 7 - label.count)) + label + " │", .faint)
      for width in widths {
        let isForward = power(width.forward) == line, isCentral = power(width.central) == line
        let mark: StyledText =
          isForward && isCentral
          ? StyledText("*", .number)
          : isForward
            ? StyledText("+", .number) : isCentral ? StyledText("o", .adjoint) : StyledText(" ")
        text = text + StyledText("  ") + mark + StyledText(" ")
      }
      lines.append(text)
    }
    let axis = String(repeating: "─", count: 4 * widths.count)
    lines.append(StyledText("        └" + axis, .faint))
    var labels = "         "
    for (position, width) in widths.enumerated() where position % 2 == 0 {
      let label = NumberFormat().string(width.delta)
      labels += label + String(repeating: " ", count: max(1, 8 - label.count))
    }
    lines.append(StyledText(labels + "δ", .faint))
    lines.append(
      StyledText("         + forward  o central  * both    rounding | truncation", .faint))
    return lines
  }

  // MARK: Words

  private var findings: [StyledText] {
    var lines: [String] = []
    func best(
      _ kind: String, _ width: GradientCheck.Width?, _ error: Double?, _ law: String,
      _ predicted: Double?
    ) {
      guard let width, let error else { return }
      var line = "\(kind): least error \(text(error)) at δ = \(text(width.delta))"
      if let predicted {
        line += "; \(law) predicts δ = \(NumberFormat(digits: 2).string(predicted))"
      }
      lines.append(line)
    }
    best(
      "forward differences", check.bestForward, check.bestForward?.forward, "2√(ε|f/f''|)",
      check.predictedForward)
    best(
      "central differences", check.bestCentral, check.bestCentral?.central, "∛(3ε|f/f'''|)",
      check.predictedCentral)
    if let complex = check.complexStep {
      let error = abs(complex - check.slope)
      lines.append(
        "complex step 1e-20: \(NumberFormat(digits: 17).string(complex)), "
          + (error == 0 ? "the same number" : "error \(text(error))"))
    } else {
      lines.append("complex step: not applicable, an operation here is not analytic")
    }
    if let order = check.order {
      lines.append(
        "Taylor remainder: falls as δ^\(fixed(order))"
          + (isAlong ? ", ∇f·v = \(NumberFormat().string(check.slope))" : ""))
    } else {
      lines.append("Taylor remainder: nothing but rounding, f is straight along v")
    }
    return lines.map { StyledText($0) }
  }

  /// Two decimals.
  private func fixed(_ x: Double) -> String {
    let hundredths = Int((x * 100).rounded())
    let rest = abs(hundredths) % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
  }

  private var verdict: StyledText {
    if check.passed {
      return StyledText("The gradient is right: ", .name)
        + StyledText(
          "both modes agree"
            + (check.forward.isEmpty ? "" : " to rounding")
            + (check.order == nil ? "" : ", the remainder is of second order")
            + ", and no difference comes closer than it.")
    }
    var reasons: [String] = []
    if !check.modesAgree { reasons.append("reverse and forward mode differ") }
    if let order = check.order, order <= 1.5 {
      reasons.append(
        "the remainder falls as δ^\(fixed(order)), not as δ²: a kink, a jump or a convention")
    }
    if reasons.isEmpty { reasons.append("differences do not come close to it") }
    return StyledText("The gradient does not stand: ", .error)
      + StyledText(reasons.joined(separator: "; ") + ". :why \(target.text) may say more.")
  }

  // MARK: JSON

  var json: JSONValue {
    func number(_ x: Double?) -> JSONValue { x.map { .number($0) } ?? .null }
    return .object([
      ("command", .string(CheckCommand.name)), ("of", .string(target.text)),
      ("value", .number(check.value)), ("reverse", target.members(check.reverse)),
      ("forward", check.forward.isEmpty ? .null : target.members(check.forward)),
      ("finite", check.finite.isEmpty ? .null : target.members(check.finite)),
      ("max_error", .number(check.largestError)),
      (
        "sweep",
        .array(
          check.widths.map {
            .object([
              ("delta", .number($0.delta)), ("forward", .number($0.forward)),
              ("central", .number($0.central)), ("remainder", .number($0.remainder)),
            ])
          })
      ), ("along", target.members(direction)), ("directional", .number(check.slope)),
      ("complex", number(check.complexStep)), ("slope", number(check.order)),
      ("best_forward", number(check.bestForward?.delta)),
      ("predicted_forward", number(check.predictedForward)),
      ("best_central", number(check.bestCentral?.delta)),
      ("predicted_central", number(check.predictedCentral)), ("passed", .bool(check.passed)),
    ])
  }
}
