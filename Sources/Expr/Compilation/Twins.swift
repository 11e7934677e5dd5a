/// Values of one stretch of code or one fused loop that come out of one instruction: sin x and cos x,
/// log(1 + e^x) and its derivative. Gradients are full of them.
struct Twins {
  /// For the first of two in the order of the code, the second.
  private(set) var second: [Int: Int] = [:]
  private var firsts: [Int: Int] = [:]

  /// - Parameter members: what runs together, in order.
  init(_ members: some Sequence<Int>, of lowered: LoweredGraph) {
    var waiting: [Key: Int] = [:]
    for value in members {
      guard case .element(let opcode, _) = lowered.values[value].kind,
        let pair = opcode.pair, let operand = lowered.operands(of: value).first
      else { continue }
      let key = Key(pair: pair.opcode, operand: operand)
      if let first = waiting[key], lowered.values[first].kind.opcode != opcode {
        second[first] = value
        firsts[value] = first
        waiting[key] = nil
      } else {
        waiting[key] = value
      }
    }
  }

  private struct Key: Hashable {
    let pair: Opcode
    let operand: Operand
  }

  /// Whether an earlier instruction gives the value.
  func isSecond(_ value: Int) -> Bool { firsts[value] != nil }

  /// The instruction that gives two values, and which of them is its first result.
  func instruction(_ first: Int, _ second: Int, of lowered: LoweredGraph) -> Instruction? {
    guard let pair = lowered.values[first].kind.opcode?.pair else { return nil }
    return pair.isFirst
      ? Instruction(opcode: pair.opcode, result: first, other: second)
      : Instruction(opcode: pair.opcode, result: second, other: first)
  }

  struct Instruction {
    let opcode: Opcode
    let result: Int
    let other: Int
  }
}

extension Opcode {
  /// The instruction that gives this function and another, and whether this one is its first result.
  fileprivate var pair: (opcode: Opcode, isFirst: Bool)? {
    switch self {
    case .sin: (.sinCos, true)
    case .cos: (.sinCos, false)
    case .softplus: (.softplusSigmoid, true)
    case .sigmoid: (.softplusSigmoid, false)
    default: nil
    }
  }
}

extension LoweredValue.Kind {
  fileprivate var opcode: Opcode? {
    if case .element(let opcode, _) = self { opcode } else { nil }
  }
}
