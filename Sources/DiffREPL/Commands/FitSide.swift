import Expr

/// One side of `~`.
struct FitSide {
  let tree: SyntaxTree
  let root: SyntaxID
  let span: SourceSpan
  var text: String { tree.text(of: root) }

  init(_ range: Range<Int>, _ arguments: CommandArguments) throws(Diagnostic) {
    tree = try Parser.parseExpressions(in: arguments.source, range: range)
    span = SourceSpan(arguments.source, range)
    guard tree.statements.count == 1 else {
      throw Diagnostic("one expression is expected on each side of '~'", at: span)
    }
    root = tree.statements[0].node
  }

  /// The model in the shape of what was observed: as written for one observation, else as it stands.
  ///
  /// - Throws: also where both readings make sense and differ.
  func model(
    _ elaborator: inout Elaborator, _ shape: Shape, parameters: Set<String>, left: String
  ) throws(Diagnostic) -> NodeID {
    var whole: (elaborator: Elaborator, node: NodeID)?
    var failure: Diagnostic?
    var attempt = elaborator
    do { whole = (attempt, try attempt.elaborate(root, of: tree)) } catch { failure = error }
    if let node = whole?.node { whole = (attempt, node) }
    let wholeShape = whole.map { $0.elaborator.graph.shape(of: $0.node) }
    if shape.isVector {
      var single = whole?.elaborator ?? elaborator
      do {
        let node = try single.elaborateObservations(
          root, of: tree, count: shape.count, parameters: parameters)
        if single.graph.shape(of: node) == shape {
          if let other = whole?.node, wholeShape == shape, other != node {
            try requireAgreement(single, node, other)
          }
          elaborator = single
          return node
        }
      } catch {
        failure = wholeShape == shape ? nil : error.inModel
      }
    }
    if let failure { throw failure }
    guard let whole, let wholeShape, wholeShape == shape || (shape.isScalar && wholeShape.count > 0)
    else {
      let model = wholeShape.map { "\($0)" } ?? "nothing"
      throw Diagnostic(
        "'\(left)' is a \(shape), the model a \(model)", at: span,
        hint: "a model gives one number for each observation; data as long as \(left) stand for "
          + "their entry in it")
    }
    elaborator = whole.elaborator
    return whole.node
  }

  /// Refuses a model that means one thing for one observation and another for whole columns.
  private func requireAgreement(
    _ elaborator: Elaborator, _ single: NodeID, _ whole: NodeID
  ) throws(Diagnostic) {
    let values = try elaborator.graph.values(of: [single, whole], in: elaborator.environment)
    let differ = zip(values[0].elements, values[1].elements).contains { a, b in
      !(a == b || (a.isNaN && b.isNaN) || abs(a - b) <= 1e-9 * max(abs(a), abs(b)))
    }
    guard differ else { return }
    throw Diagnostic(
      "in a model a column of data stands for its entry, so '\(text)' is not what it is for whole "
        + "columns", at: span,
      hint: "what is taken of a whole column comes before: m = mean(x), then x - m in the model")
  }
}

extension Diagnostic {
  /// What went wrong with a model, with a word on how it is read.
  fileprivate var inModel: Diagnostic {
    var diagnostic = self
    diagnostic.hint = hint ?? "in a model a column of data stands for one observation"
    return diagnostic
  }
}
