import RealModule

/// A graph evaluated in double-double arithmetic, node by node: what printed digits are checked
/// against.
///
/// Only + - × ÷ √ exp log sin cos tanh and what follows from them has a form here; other functions end
/// the check, and the first of them is named.
public struct CertifiedEvaluation {
  /// The entries of each output; nil where a function without a form stands under it.
  public private(set) var values: [[DoubleDouble]?] = []
  /// A function under an output that has no form.
  public private(set) var obstacle: String?

  /// More entries than this in one node are not checked.
  public static let entryLimit = 100_000

  /// - Parameter outputs: evaluated in their stable form, as the program does.
  public init(_ typed: Graph, outputs: [NodeID], in environment: Environment) {
    var graph = typed
    let roots = graph.stabilised(outputs)
    var leaves: [Leaf.ID: Tensor] = [:]
    for entry in environment.all {
      guard case .leaf(let id, let value, _) = entry.binding else { continue }
      for (part, tensor) in value.tensors.enumerated() {
        leaves[Leaf.ID(order: id.order, part: part)] = tensor
      }
    }
    let needed = graph.ancestors(of: roots)
    var known: [[DoubleDouble]?] = Array(repeating: nil, count: needed.count)
    for index in needed.indices where needed[index] {
      let node = NodeID(index)
      guard graph.shape(of: node).count <= Self.entryLimit else {
        obstacle = obstacle ?? "an array of \(graph.shape(of: node).count) entries"
        continue
      }
      switch graph.kind(of: node) {
      case .leaf(let leaf): known[index] = leaves[leaf.id]?.elements.map(DoubleDouble.init)
      case .constant(let tensor): known[index] = tensor.elements.map(DoubleDouble.init)
      case .operation(let primitive):
        var operands: [CertifiedOperand] = []
        for operand in graph.operands(of: node) {
          guard let entries = known[operand.index] else { break }
          operands.append(CertifiedOperand(shape: graph.shape(of: operand), entries: entries))
        }
        guard operands.count == graph.operands(of: node).count else { continue }
        known[index] = primitive.certified(
          operands, graph.attribute(of: node), graph.shape(of: node))
        if known[index] == nil { obstacle = obstacle ?? primitive.shownName }
      }
    }
    values = roots.map { known[$0.index] }
  }

  /// How many of the first digits of a double are those of the value: 17 for the nearest double.
  public static func certainDigits(of value: Double, against exact: DoubleDouble) -> Int {
    if value.isNaN || !exact.isFinite { return value == exact.high ? 17 : 0 }
    let error = (DoubleDouble(value) - exact).magnitude.rounded
    if error <= value.ulp / 2 { return 17 }
    let size = exact.magnitude.rounded
    guard size > 0 else { return 0 }
    return max(0, min(16, Int(-Double.log10(2 * error / size))))
  }
}

struct CertifiedOperand {
  let shape: Shape
  let entries: [DoubleDouble]
}

extension Primitive {
  /// The value in double-double arithmetic; nil where there is no form for it.
  fileprivate func certified(
    _ operands: [CertifiedOperand], _ attribute: Attribute, _ shape: Shape
  ) -> [DoubleDouble]? {
    switch evaluation {
    case .unary:
      guard let function = CertifiedFunctions.unary[name] else { return nil }
      return each(operands[0].entries) { function($0) }
    case .binary:
      guard let function = CertifiedFunctions.binary[name] else { return nil }
      let a = operands[0].broadcast(to: shape), b = operands[1].broadcast(to: shape)
      return each(Array(a.indices)) { function(a[$0], b[$0]) }
    case .ternary:
      guard name == "select" else { return nil }
      let parts = operands.map { $0.broadcast(to: shape) }
      return parts[0].indices.map { parts[0][$0].high != 0 ? parts[1][$0] : parts[2][$0] }
    case .loop: return nil
    case .kernel: return certifiedKernel(operands, attribute, shape)
    }
  }

  private func each<Item>(
    _ items: [Item], _ body: (Item) -> DoubleDouble?
  ) -> [DoubleDouble]? {
    var result: [DoubleDouble] = []
    for item in items {
      guard let value = body(item) else { return nil }
      result.append(value)
    }
    return result
  }

  private func certifiedKernel(
    _ operands: [CertifiedOperand], _ attribute: Attribute, _ shape: Shape
  ) -> [DoubleDouble]? {
    let first = operands.first?.entries ?? []
    switch name {
    case "sum" where shape.isScalar: return [first.reduce(DoubleDouble(0), +)]
    case "sumTo" where shape.isScalar: return [first.reduce(DoubleDouble(0), +)]
    case "mean" where shape.isScalar:
      return [first.reduce(DoubleDouble(0), +) / DoubleDouble(Double(first.count))]
    case "norm" where shape.isScalar:
      return [first.reduce(DoubleDouble(0)) { $0 + $1 * $1 }.squareRoot()]
    case "dot": return [zip(first, operands[1].entries).reduce(DoubleDouble(0)) { $0 + $1.0 * $1.1 }]
    case "product": return product(operands[0], operands[1], shape)
    case "broadcast", "reshape", "transpose", "stack", "index", "hcat", "vcat", "scatter", "diag":
      // Entries are moved, never added: the two halves go the same way.
      guard name != "scatter" || operands.count == 1 else { return nil }
      let high = operands.map { Tensor($0.shape, $0.entries.map(\.high)) }
      let low = operands.map { Tensor($0.shape, $0.entries.map(\.low)) }
      guard let a = value(of: high, attribute, shape), let b = value(of: low, attribute, shape)
      else { return nil }
      return zip(a.elements, b.elements).map { DoubleDouble(sum: $0, $1) }
    default: return nil
    }
  }

  private func product(
    _ a: CertifiedOperand, _ b: CertifiedOperand, _ shape: Shape
  ) -> [DoubleDouble]? {
    let rows = a.shape.dimensions[0], inner = a.shape.isVector ? 1 : a.shape.dimensions[1]
    let columns = b.shape.isVector ? 1 : b.shape.dimensions[1]
    guard rows * columns == shape.count, rows * columns * inner <= 1_000_000 else { return nil }
    var result: [DoubleDouble] = []
    for row in 0..<rows {
      for column in 0..<columns {
        var sum = DoubleDouble(0)
        for k in 0..<inner {
          sum = sum + a.entries[row * inner + k] * b.entries[k * columns + column]
        }
        result.append(sum)
      }
    }
    return result
  }
}

extension CertifiedOperand {
  /// The entries repeated to a shape, as the graph's `broadcast` does.
  fileprivate func broadcast(to target: Shape) -> [DoubleDouble] {
    if shape == target { return entries }
    if shape.isScalar || entries.count == 1 {
      return Array(repeating: entries[0], count: target.count)
    }
    let columns = target.isMatrix || target.isRow ? target.dimensions[1] : 1
    if shape.isRow { return (0..<target.count).map { entries[$0 % columns] } }
    return (0..<target.count).map { entries[$0 / columns] }
  }
}
