import AD
import Expr
import Testing

@testable import DiffREPL

/// What must hold of every trace, whatever its function: on random ones, in each way to cut steps and
/// each notation.
@Suite struct TraceProperties {
  static let seeds = 1...20

  typealias Array2 = ShownFormula.Array2

  /// A trace and what its symbols stand for.
  private struct Case {
    let trace: Trace
    let value: Tensor
    var symbols: [String: Array2] = [:]
    let label: Comment

    init(_ session: Session, _ request: TraceRequest, seed: Int, script: String) throws {
      var request = request
      var elaborator = Elaborator(session.environment)
      let node = try elaborator.elaborate(Name("f"), at: nil)
      let leaves = elaborator.graph.leaves(under: [node])
      let variables = leaves.filter { !$0.leaf.isData }.map(\.node)
      request.names = elaborator.definitions.flatMap { definition in
        definition.value.nodes.map { (definition.name.spelling, $0) }
      }
      if request.tangents != nil {
        request.tangents = [:]
        for variable in variables {
          let shape = elaborator.graph.shape(of: variable)
          request.tangents?[variable] = Tensor(
            shape, (0..<shape.count).map { 1 - 0.3 * Double($0) })
        }
      }
      var builder = TraceBuilder(
        elaborator.graph, output: node, variables: variables, request: request,
        environment: session.environment)
      trace = try builder.build()
      value = try #require(session.value(of: Name("f")).tensors.first)
      label = "seed \(seed), \(request.mode), \(request.notation)\n\(script)"
      for (_, leaf) in leaves {
        symbols[leaf.name.spelling] = try session.value(of: leaf.name).tensors.first.map(
          Array2.init)
      }
      for row in trace.rows { symbols[row.symbol] = Array2(row.primal.value) }
      for row in trace.rows {
        if let adjoint = row.adjoint { symbols[row.adjointSymbol] = Array2(adjoint.value) }
        if let tangent = row.tangent { symbols[row.tangentSymbol] = Array2(tangent.value) }
      }
    }

    /// Whether a formula as it is shown gives the value beside it. Only formulas that no one can
    /// compute from the table alone (`1ᵀ`, `e_2ᵀ`) are passed over.
    func check(_ formula: MathExpression, is value: Tensor, _ what: String) {
      let text = formula.description
      if text.contains("1ᵀ") || text.contains("e_") || text.contains("…") { return }
      do {
        let shown = try ShownFormula.value(of: text, where: symbols)
        let expected = Array2(value)
        let agrees =
          shown.isNumber
          ? expected.entries.allSatisfy { isClose($0, shown.entries[0]) }
          : shown.entries.count == expected.entries.count
            && zip(shown.entries, expected.entries).allSatisfy(isClose)
        if !agrees {
          Issue.record(
            "\(what) = \(text) stands beside \(expected.entries), gives \(shown.entries); \(label)")
        }
      } catch {
        Issue.record("\(what) = \(text): \(error); \(label)")
      }
    }
  }

  private static func session(_ seed: Int) -> (session: Session, script: String) {
    let script = RandomProgram(seed: seed).script
    let replay = Replay(script)
    #expect(replay.errorText == "", "seed \(seed)\n\(script)")
    return (replay.session, script)
  }

  private static var requests: [TraceRequest] {
    StepMode.allCases.flatMap { mode in
      TraceNotation.allCases.map { notation in
        var request = TraceRequest()
        (request.mode, request.notation) = (mode, notation)
        return request
      }
    }
  }

  @Test(arguments: seeds) func rowsReproduceTheFunction(seed: Int) throws {
    let (session, script) = Self.session(seed)
    for request in Self.requests {
      let one = try Case(session, request, seed: seed, script: script)
      #expect(one.trace.rows[one.trace.output].primal.value == one.value, one.label)
      for row in one.trace.rows {
        one.check(row.primal.formula, is: row.primal.value, row.symbol)
      }
    }
  }

  @Test(arguments: seeds) func adjointsAreSumsOverChildren(seed: Int) throws {
    let (session, script) = Self.session(seed)
    for request in Self.requests {
      let one = try Case(session, request, seed: seed, script: script)
      for (index, row) in one.trace.rows.enumerated() where index != one.trace.output {
        let adjoint = try #require(row.adjoint, one.label)
        var sum = Array(repeating: 0.0, count: adjoint.value.elements.count)
        for child in one.trace.rows {
          for partial in child.partials where partial.parent == index {
            let back = try pulledBack(partial.value, try #require(child.adjoint).value)
            for place in sum.indices { sum[place] += back[place] }
          }
        }
        #expect(
          zip(sum, adjoint.value.elements).allSatisfy { isClose($0, $1, 1e-12) },
          "\(row.adjointSymbol): \(sum) and \(adjoint.value.elements); \(one.label)")
      }
    }
  }

  @Test(arguments: seeds) func shownFormulasGiveTheShownValues(seed: Int) throws {
    let (session, script) = Self.session(seed)
    for var request in Self.requests {
      for expands in [false, true] {
        request.expands = expands
        request.tangents = expands ? nil : [:]
        let one = try Case(session, request, seed: seed, script: script)
        for row in one.trace.rows {
          for partial in row.partials {
            let what = "∂\(row.symbol)/∂\(one.trace.rows[partial.parent].symbol)"
            switch partial.value {
            case .jacobian(let tensor): one.check(partial.formula, is: tensor, what)
            case .diagonal(let tensor):
              if !partial.formula.description.contains("diag(") {
                one.check(partial.formula, is: tensor, what)
              }
            case .omitted: break
            }
          }
          if let adjoint = row.adjoint {
            one.check(adjoint.formula, is: adjoint.value, row.adjointSymbol)
          }
          if let tangent = row.tangent {
            one.check(tangent.formula, is: tangent.value, row.tangentSymbol)
          }
        }
      }
    }
  }

  @Test(arguments: seeds) func fitsTheWidthInEveryCharacterSet(seed: Int) throws {
    let (session, script) = Self.session(seed)
    let commands = [":trace backward f", ":trace backward f expand=yes", ":trace forward f"]
    for (index, request) in Self.requests.enumerated() {
      // Each seed meets each command with another third of the ways to show it.
      let command =
        "\(commands[(index + seed) % 3]) steps=\(request.mode.rawValue) "
        + "notation=\(request.notation.rawValue)"
      let label: Comment = "seed \(seed) \(command)\n\(script)"
      let output = try output(of: command, session)
      // Wide enough for one block in either character set: below the title, whose rules read
      // differently in ASCII, the rows must be the same.
      let unicode = lines(output, width: 2000, isASCII: false).dropFirst().map(structure)
      let ascii = lines(output, width: 2000, isASCII: true).dropFirst().map(structure)
      #expect(unicode == ascii, label)
      check(output, widths: index % 2 == 0 ? (80, 120) : (120, 80), label)
    }
    if seed % 5 == 0 {
      let steps = try output(of: ":trace backward f --step", session)
      check(steps, widths: (80, 80), "seed \(seed) --step\n\(script)")
    }
  }

  /// Each line fits its width, and ASCII is ASCII.
  private func check(
    _ output: Output, widths: (unicode: Int, ascii: Int), _ label: Comment
  ) {
    for (width, isASCII) in [(widths.unicode, false), (widths.ascii, true)] {
      for line in lines(output, width: width, isASCII: isASCII) {
        if isASCII, line.utf8.contains(where: { $0 >= 0x80 }) {
          Issue.record("not ASCII: \(line)\n\(label)")
        }
        if line.utf8.count > width, DisplayWidth.columns(of: line) > width {
          Issue.record("wider than \(width): \(line)\n\(label)")
        }
      }
    }
  }

  // MARK: Parts

  private func output(of command: String, _ session: Session) throws -> Output {
    var session = session
    guard case .complete(let tree) = try Parser.parse(SourceText(command, name: "test")) else {
      throw Incomplete()
    }
    return try session.run(tree.statements[0], of: tree)
  }

  private struct Incomplete: Error {}

  private func lines(_ output: Output, width: Int, isASCII: Bool) -> [Substring] {
    RenderSettings(width: width, isASCII: isASCII).renderer.render(output)
      .split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// How many words a line has, and the numbers that stand alone among them.
  private func structure(_ line: Substring) -> [String] {
    line.split(separator: " ").map { Double($0) == nil ? "" : String($0) }
  }

  /// partialᵀ λ.
  private func pulledBack(_ partial: Trace.PartialValue, _ adjoint: Tensor) throws -> [Double] {
    switch partial {
    case .diagonal(let entries): return zip(entries.elements, adjoint.elements).map(*)
    case .omitted:
      Issue.record("a small Jacobian was left out")
      return []
    case .jacobian(let matrix):
      let rows = adjoint.elements.count
      let columns = matrix.elements.count / rows
      return (0..<columns).map { column in
        (0..<rows).reduce(0) {
          $0 + matrix.elements[$1 * columns + column] * adjoint.elements[$1]
        }
      }
    }
  }
}

/// Equal but for rounding; formulas show constants with six digits.
private func isClose(_ a: Double, _ b: Double) -> Bool { isClose(a, b, 2e-5) }

private func isClose(_ a: Double, _ b: Double, _ tolerance: Double) -> Bool {
  abs(a - b) <= tolerance * max(abs(a), abs(b), 1e-3)
}

extension ShownFormula.Array2 {
  fileprivate init(_ tensor: Tensor) {
    let shape = tensor.shape
    let sizes = shape.dimensions
    if shape.isScalar {
      self.init(entries: tensor.elements)
    } else if shape.isRow {
      self.init(rows: 1, columns: tensor.elements.count, entries: tensor.elements)
    } else if sizes.count == 1 {
      self.init(rows: tensor.elements.count, columns: 1, entries: tensor.elements)
    } else {
      self.init(rows: sizes[0], columns: sizes[1], entries: tensor.elements)
    }
  }
}
