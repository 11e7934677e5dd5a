/// Sums of a fused loop that take a product in, so that both are one instruction: one block less is
/// written and read again. Both roundings stay, so no bit changes.
struct Contractions {
  struct Sum {
    let opcode: Opcode
    let product: Int
    /// The operand that is no product.
    let other: Operand
  }

  /// By the value of the sum.
  private(set) var sums: [Int: Sum] = [:]
  private var products: Set<Int> = []

  /// - Parameter members: what runs together, in order.
  init(_ members: some Sequence<Int>, of schedule: Schedule) {
    let lowered = schedule.lowered
    var uses: [Int: Int] = [:]
    for value in members {
      for operand in lowered.operands(of: value) { uses[operand.value, default: 0] += 1 }
    }
    for value in members {
      guard case .element(let opcode, _) = lowered.values[value].kind,
        opcode == .add || opcode == .subtract
      else { continue }
      let operands = Array(lowered.operands(of: value))
      for position in [1, 0] {
        let part = operands[position]
        guard uses[part.value] == 1, !schedule.isStored[part.value],
          schedule.isFused(part, into: value), !products.contains(part.value),
          case .element(let product, _) = lowered.values[part.value].kind,
          let contracted = opcode.contracted(with: product, at: position)
        else { continue }
        sums[value] = Sum(opcode: contracted, product: part.value, other: operands[1 - position])
        products.insert(part.value)
        break
      }
    }
  }

  /// Whether a value is computed as part of a sum.
  func isPart(_ value: Int) -> Bool { !products.isEmpty && products.contains(value) }
}

extension Opcode {
  /// The instruction for a sum or a difference, this one, whose operand at a position is a product.
  func contracted(with product: Opcode, at position: Int) -> Opcode? {
    switch (self, product == .square ? .multiply : product, position) {
    case (.add, .multiply, _): .multiplyAdd
    case (.add, .strongMultiply, _): .strongMultiplyAdd
    case (.subtract, .multiply, 0): .multiplySubtract
    case (.subtract, .multiply, _): .negateMultiplyAdd
    default: nil
    }
  }
}
