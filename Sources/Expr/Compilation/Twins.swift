/// Values of one stretch of code or one fused loop that come out of one instruction: sin x and cos x,
/// log(1 + e^x) and its derivative, tanh x and sech x, whose square is its derivative. Gradients are full
/// of them.
struct Twins {
  struct Instruction {
    let opcode: Opcode
    /// The values of its two results.
    let result: Int
    let other: Int
  }

  /// By the first of two values in the order of the code, what gives both.
  private(set) var instructions: [Int: Instruction] = [:]
  private var seconds: Set<Int> = []

  /// - Parameter members: what runs together, in order.
  init(_ members: some Sequence<Int>, of lowered: LoweredGraph) {
    var waiting: [Key: (value: Int, opcode: Opcode)] = [:]
    for value in members {
      guard case .element(let opcode, _) = lowered.values[value].kind,
        let pair = opcode.pair, let operand = lowered.operands(of: value).first
      else { continue }
      let key = Key(pair: pair.opcode, operand: operand)
      guard let first = waiting[key], first.opcode != opcode else {
        waiting[key] = (value, opcode)
        continue
      }
      instructions[first.value] =
        pair.isFirst
        ? Instruction(opcode: pair.opcode, result: value, other: first.value)
        : Instruction(opcode: pair.opcode, result: first.value, other: value)
      seconds.insert(value)
      waiting[key] = nil
    }
  }

  private struct Key: Hashable {
    let pair: Opcode
    let operand: Operand
  }

  /// Whether an earlier instruction gives the value.
  func isSecond(_ value: Int) -> Bool { !seconds.isEmpty && seconds.contains(value) }
}

extension Opcode {
  /// The instruction that gives this function and another, and whether this one is its first result.
  fileprivate var pair: (opcode: Opcode, isFirst: Bool)? {
    switch self {
    case .sin: (.sinCos, true)
    case .cos: (.sinCos, false)
    case .softplus: (.softplusSigmoid, true)
    case .sigmoid: (.softplusSigmoid, false)
    case .tanh: (.tanhSech, true)
    case .sech: (.tanhSech, false)
    default: nil
    }
  }
}
