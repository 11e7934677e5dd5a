/// Values of one stretch of code or one fused loop that come out of one instruction: sin x and cos x,
/// log(1 + e^x), or its sum, and its derivative, tanh x and sech x, whose square is its derivative.
/// Gradients are full of them.
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
    var waiting: [Key: (value: Int, isFirst: Bool)] = [:]
    for value in members {
      guard let pair = lowered.values[value].kind.pair,
        let operand = lowered.operands(of: value).first
      else { continue }
      let key = Key(pair: pair.opcode, operand: operand)
      guard let first = waiting[key], first.isFirst != pair.isFirst else {
        waiting[key] = (value, pair.isFirst)
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

extension LoweredValue.Kind {
  /// The instruction that gives this value and another, and whether this one is its first result.
  fileprivate var pair: (opcode: Opcode, isFirst: Bool)? {
    switch self {
    case .element(.sin, _): (.sinCos, true)
    case .element(.cos, _): (.sinCos, false)
    case .element(.softplus, _), .reduction(.softplusSum): (.softplusSigmoid, true)
    case .element(.sigmoid, _): (.softplusSigmoid, false)
    case .element(.tanh, _): (.tanhSech, true)
    case .element(.sech, _): (.tanhSech, false)
    default: nil
    }
  }
}
