import Expr

/// The derivative of one row of a trace in another as a formula: a sum of products of linear maps,
/// `-diag(y) X`, that can be shown itself or applied, transposed, to an adjoint.
public struct JacobianFormula: Sendable {
  /// One linear map, written from the side of the output.
  enum Factor: Sendable {
    /// A number times everything.
    case scale(MathExpression)
    /// Entry by entry times an array.
    case diagonal(MathExpression)
    /// A matrix from the left.
    case left(MathExpression)
    /// A matrix from the right.
    case right(MathExpression)
    /// The inner product with an array: an array in, a number out.
    case row(MathExpression)
    /// The sum of the entries.
    case sum
    /// A number in, an array out.
    case column(MathExpression)
    case transposition
    /// The place of an entry, `e_2ᵀ`: an array in, a number out; the other way round `e_2`.
    case entry(String), unit(String)
    /// Any other, by name.
    case named(String)
  }

  private(set) var terms: [[Factor]]

  static let identity = JacobianFormula(terms: [[]])
  static let zero = JacobianFormula(terms: [])

  static func + (a: JacobianFormula, b: JacobianFormula) -> JacobianFormula {
    JacobianFormula(terms: a.terms + b.terms)
  }

  /// This map behind another one.
  func after(_ factor: Factor) -> JacobianFormula {
    JacobianFormula(terms: terms.map { $0 + [factor] })
  }

  /// Whether it is a diagonal matrix with entries that vary.
  public var isDiagonal: Bool {
    terms.allSatisfy { term in
      term.allSatisfy {
        switch $0 {
        case .scale, .diagonal: true
        default: false
        }
      }
    }
  }

  // MARK: As a formula

  /// `-3.5`, `exp(v_1)`, `-diag(y) X`, `1ᵀ`.
  public var formula: MathExpression {
    terms.reduce(MathExpression.number(0)) { $0 + Self.formula(of: $1) }
  }

  private static func formula(of term: [Factor]) -> MathExpression {
    if let entries = entries(of: term) { return entries }
    var scale = MathExpression.one
    var maps: [MathExpression] = []
    for factor in term {
      switch factor {
      case .scale(let number): scale = scale * number
      case .diagonal(let entries):
        let (sign, size) = entries.sign
        if sign < 0 { scale = -scale }
        maps.append(.call("diag", [size]))
      case .left(let matrix):
        let (sign, size) = matrix.sign
        if sign < 0 { scale = -scale }
        maps.append(size)
      case .right(let matrix): maps += [.symbol("(·)"), matrix]
      case .row(let gradient): maps.append(.transposed(gradient))
      case .sum: maps.append(.symbol("1ᵀ"))
      case .column(let entries): maps.append(entries.isOne ? .symbol("1") : entries)
      case .transposition: maps.append(.symbol("(·)ᵀ"))
      case .entry(let name): maps.append(.symbol("e_\(name)ᵀ"))
      case .unit(let name): maps.append(.symbol("e_\(name)"))
      case .named(let name): maps.append(.symbol(name))
      }
    }
    if maps.isEmpty { return scale }
    let product: MathExpression = maps.count == 1 ? maps[0] : .matrixProduct(maps)
    return scale * product
  }

  /// Diagonals before a column are a column: `diag(a) 1` is `a`.
  private static func entries(of term: [Factor]) -> MathExpression? {
    guard case .column(var result)? = term.last else { return nil }
    for factor in term.dropLast().reversed() {
      switch factor {
      case .scale(let number): result = number * result
      case .diagonal(let entries):
        result = result.isOne ? entries : .multiply(entries, result, isElementwise: true)
      default: return nil
      }
    }
    return result.isOne ? nil : result
  }

  // MARK: Applied

  /// What the map pulls back from an adjoint: `-3.5 λ_1`, `exp(v_1) ⊙ λ_2`, `-Xᵀ (y ⊙ λ_1)`. With
  /// `merges` numbers and fractions are multiplied out, as in closed forms.
  public func pullback(of adjoint: MathExpression, merges: Bool) -> MathExpression {
    sum { Self.apply($0, to: adjoint, isTransposed: true, merges: merges) }
  }

  /// What the map makes of a tangent.
  public func pushforward(of tangent: MathExpression) -> MathExpression {
    sum { Self.apply($0.reversed(), to: tangent, isTransposed: false, merges: false) }
  }

  private func sum(_ part: ([Factor]) -> MathExpression) -> MathExpression {
    terms.reduce(MathExpression.number(0)) { $0 + part($1) }
  }

  private static func apply(
    _ factors: some Sequence<Factor>, to operand: MathExpression, isTransposed: Bool, merges: Bool
  ) -> MathExpression {
    var scale = MathExpression.one
    var result = operand
    for factor in factors {
      switch factor {
      case .scale(let number): scale = scale * number
      case .diagonal(let entries):
        let (sign, size) = entries.sign
        if sign < 0 { scale = -scale }
        result =
          merges || result != operand
          ? .multiply(size, result, isElementwise: true)
          : .multiply(.grouped(size), result, isElementwise: true)
      case .left(let matrix):
        let (sign, size) = matrix.sign
        if sign < 0 { scale = -scale }
        result = .product(of: isTransposed ? size.transposed : size, and: result)
      case .right(let matrix):
        result = .product(of: result, and: isTransposed ? matrix.transposed : matrix)
      case .row(let gradient):
        result =
          isTransposed ? side(gradient, result) : .matrixProduct([gradient.transposed, result])
      case .sum: result = isTransposed ? side(.symbol("1"), result) : .call("sum", [result])
      case .column(let entries):
        if isTransposed {
          result =
            entries.isOne
            ? .call("sum", [result]) : .matrixProduct([entries.transposed, result])
        } else {
          result = side(entries.isOne ? .symbol("1") : entries, result)
        }
      case .transposition: result = result.transposed
      case .entry(let name):
        result = isTransposed ? side(.symbol("e_\(name)"), result) : .indexed(result, name)
      case .unit(let name):
        result = isTransposed ? .indexed(result, name) : side(.symbol("e_\(name)"), result)
      case .named(let name):
        result = .matrixProduct([.symbol(isTransposed ? "\(name)ᵀ" : name), result])
      }
    }
    if scale.isOne { return result }
    if merges { return scale * result }
    return .juxtaposed([scale, result])
  }

  private static func side(_ a: MathExpression, _ b: MathExpression) -> MathExpression {
    b.isOne ? a : .juxtaposed([a, b])
  }
}

extension MathExpression {
  /// A fraction kept together inside a product entry by entry: `1/v_2 ⊙ λ_3`.
  fileprivate static func grouped(_ expression: MathExpression) -> MathExpression {
    guard case .product(let product) = expression, !product.denominator.isEmpty else {
      return expression
    }
    return .symbol(expression.description)
  }

  /// The sign in front and what is behind it.
  fileprivate var sign: (Double, MathExpression) {
    if case .product(let product) = self, product.coefficient < 0 { return (-1, -self) }
    return (1, self)
  }

  public var transposed: MathExpression {
    if case .transposed(let operand) = self { return operand }
    return .transposed(self)
  }
}

extension Graph {
  /// The derivative of `head` in each of `inputs`, as formulas; operations between them are gone
  /// through, nothing behind an input is.
  ///
  /// - Parameter reader: the formulas of nodes within the row, in the symbols of its inputs.
  mutating func jacobianFormulas(
    of head: NodeID, in inputs: [NodeID], reader: (Graph, NodeID) -> MathExpression
  ) -> [NodeID: JacobianFormula] {
    let stops = Set(inputs)
    let isActive = descendants(of: inputs)
    var maps: [NodeID: JacobianFormula] = [head: .identity]
    var pending: Set<NodeID> = [head]
    // Largest id first: a node is reached only after everything that uses it.
    while let node = pending.max() {
      pending.remove(node)
      guard !stops.contains(node) || node == head, let map = maps[node] else { continue }
      let operands = Array(self.operands(of: node))
      let active = operands.map { isActive[$0.index] }
      for (position, operand) in operands.enumerated() where active[position] {
        guard
          let local = localMap(of: node, in: position, isAlone: active.count { $0 } == 1, reader)
        else { continue }
        let extended = local.map { map.after($0) } ?? map
        maps[operand] = (maps[operand] ?? .zero) + extended
        pending.insert(operand)
      }
    }
    return maps.filter { stops.contains($0.key) }
  }

  /// The derivative of one operation in one operand: nil where nothing flows, `.some(nil)` for the
  /// identity.
  private mutating func localMap(
    of node: NodeID, in position: Int, isAlone: Bool, _ reader: (Graph, NodeID) -> MathExpression
  ) -> JacobianFormula.Factor?? {
    guard let primitive = primitive(of: node) else { return nil }
    let operands = Array(self.operands(of: node))
    let isScalar = shape(of: operands[position]).isScalar
    switch primitive.derivative {
    case .zero: return nil
    case .elementwise(let partials, let alone):
      let formula = (isAlone ? alone : nil)?[position] ?? partials[position]
      let partial = instantiate(formula, for: node)
      return elementwiseMap(of: node, operands[position], partial, reader(self, partial))
    case .reduction(let gradient):
      guard shape(of: node).isScalar else { return .named("\(primitive.name)'") }
      let partial = instantiate(gradient, for: node)
      if let number = scalarConstant(of: partial) {
        if isScalar { return .scale(.number(number)) }
        return number == 1 ? .sum : .row(.symbol("\(NumberFormat().string(number)) 1"))
      }
      return isScalar ? .scale(reader(self, partial)) : .row(reader(self, partial))
    case .general: return generalMap(primitive, node, position, reader)
    case .loop: return .named("\(primitive.name)'")
    }
  }

  private func elementwiseMap(
    of node: NodeID, _ operand: NodeID, _ partial: NodeID, _ formula: MathExpression
  ) -> JacobianFormula.Factor?? {
    if shape(of: operand) == shape(of: node) {
      if formula.isOne { return .some(nil) }
      return shape(of: partial).isScalar ? .scale(formula) : .diagonal(formula)
    }
    return shape(of: operand).isScalar ? .column(formula) : .named("repeat")
  }

  private func generalMap(
    _ primitive: Primitive, _ node: NodeID, _ position: Int,
    _ reader: (Graph, NodeID) -> MathExpression
  ) -> JacobianFormula.Factor {
    let operands = Array(self.operands(of: node))
    switch primitive.symbol {
    case .product:
      let other = reader(self, operands[1 - position])
      return position == 1 ? .left(other) : .right(other)
    case .dot: return .row(reader(self, operands[1 - position]))
    case .transpose: return .transposition
    case .index:
      guard shape(of: node).isScalar, case .selection(let selection) = attribute(of: node) else {
        break
      }
      return .entry(
        selection.axes.map { "\(($0.positions.first ?? 0) + 1)" }.joined(separator: ","))
    case .stack: return .unit("\(position + 1)")
    case .select:
      let condition = reader(self, operands[0])
      let formula = position == 1 ? condition : MathExpression.one - condition
      if shape(of: operands[position]) == shape(of: node) {
        return shape(of: operands[0]).isScalar ? .scale(formula) : .diagonal(formula)
      }
      return shape(of: operands[position]).isScalar ? .column(formula) : .named("repeat")
    default: break
    }
    let argument = reader(self, operands[0]).description
    return .named("\(primitive.name)'(\(argument))")
  }
}
