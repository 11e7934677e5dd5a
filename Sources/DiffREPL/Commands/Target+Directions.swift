import Expr

/// The vectors that `along` and `with` give a command.
extension Target {
  /// The direction of each variable from `along [1, -1]` (the variables in order, one after the other)
  /// or `along x=1, y=[0, 1]`; variables that are not named do not move.
  func directions(
    _ clause: CommandArguments.Part, _ arguments: CommandArguments, in session: Session
  ) throws(Diagnostic) -> [NodeID: Tensor] {
    var result: [NodeID: Tensor] = [:]
    let isNamed = (try? arguments.assignments(in: clause.range)) != nil
    if isNamed {
      for (name, range, span) in try arguments.assignments(in: clause.range) {
        guard let variable = variables.first(where: { $0.name == name }) else {
          throw Diagnostic("'\(name)' is not among the variables", at: span)
        }
        result[variable.node] = try vector(
          range, arguments, session, graph.shape(of: variable.node), for: "'\(name)'")
      }
      return result
    }
    let total = variables.reduce(0) { $0 + graph.shape(of: $1.node).count }
    let all = try vector(clause.range, arguments, session, .vector(total), for: "the variables")
    var position = 0
    for (_, node) in variables {
      let shape = graph.shape(of: node)
      result[node] = Tensor(shape, Array(all.elements[position..<position + shape.count]))
      position += shape.count
    }
    return result
  }

  /// The directions of `along`, as constants of the target's graph; variables that are not named take
  /// zeros, for they may vary all the same.
  ///
  /// - Throws: also when there is no `along`.
  mutating func directionNodes(
    _ arguments: CommandArguments, of command: any Command.Type, in session: Session
  ) throws(Diagnostic) -> [NodeID: NodeID] {
    let total = variables.reduce(0) { $0 + graph.shape(of: $1.node).count }
    guard let clause = arguments.clause("along") else {
      throw .missing("along", of: command, text, entries: total, at: arguments.span)
    }
    let directions = try directions(clause, arguments, in: session)
    var nodes: [NodeID: NodeID] = [:]
    for (_, node) in variables {
      nodes[node] =
        directions[node].map { graph.constant($0) } ?? graph.filled(0, graph.shape(of: node))
    }
    return nodes
  }

  /// The weights of `with`, one for each entry of the target, as a constant of its graph.
  ///
  /// - Throws: also when there is no `with`.
  mutating func weightNode(
    _ arguments: CommandArguments, of command: any Command.Type, in session: Session
  ) throws(Diagnostic) -> NodeID {
    let shape = graph.shape(of: node)
    guard let clause = arguments.clause("with") else {
      throw .missing("with", of: command, text, entries: shape.count, at: arguments.span)
    }
    let weights = try vector(clause.range, arguments, session, shape, for: "'\(text)'")
    return graph.constant(weights)
  }

  private func vector(
    _ range: Range<Int>, _ arguments: CommandArguments, _ session: Session, _ shape: Shape,
    for whose: String
  ) throws(Diagnostic) -> Tensor {
    let tree = try Parser.parseExpressions(in: arguments.source, range: range)
    let span = SourceSpan(arguments.source, range)
    guard tree.statements.count == 1 else {
      throw Diagnostic(
        "one vector is expected", at: span,
        hint: "[1, 0, 2]: its entries run through \(whose) row by row")
    }
    let value = try session.evaluate(tree.statements[0].node, tree)
    guard value.elements.count == shape.count else {
      throw Diagnostic(
        "this has \(value.elements.count) entries, \(whose) \(shape.count)", at: span)
    }
    return Tensor(shape, value.elements)
  }
}

extension Diagnostic {
  /// A product without its vector.
  fileprivate static func missing(
    _ clause: String, of command: any Command.Type, _ target: String, entries: Int,
    at span: SourceSpan
  ) -> Diagnostic {
    let ones = Array(repeating: "1", count: entries).joined(separator: ", ")
    let example = entries == 1 ? "1" : entries <= 5 ? "[\(ones)]" : "ones(\(entries))"
    return Diagnostic(
      ":\(command.name) needs a vector behind '\(clause)'", at: span,
      hint: ":\(command.name) \(target) \(clause) \(example)")
  }
}
