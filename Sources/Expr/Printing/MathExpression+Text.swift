extension MathExpression: CustomStringConvertible {
  /// How tightly the outermost operation binds; what binds less tightly than its place wants goes
  /// into parentheses.
  private enum Precedence: Int {
    case relation, sum, product, matrixProduct, power, atom
  }

  private var precedence: Precedence {
    switch self {
    case .number(let value): value < 0 ? .sum : .atom
    case .symbol, .call, .indexed, .transposed: .atom
    case .sum: .sum
    case .product(let product): product.coefficient < 0 ? .sum : .product
    case .juxtaposed: .product
    case .matrixProduct: .matrixProduct
    case .power: .power
    case .relation, .range: .relation
    }
  }

  private func text(in place: Precedence) -> String {
    precedence.rawValue < place.rawValue ? "(\(description))" : description
  }

  public var description: String {
    switch self {
    case .number(let value): return NumberFormat().string(value)
    case .symbol(let name): return name
    case .sum(let terms): return Self.text(ofSum: terms)
    case .product(let product): return Self.text(of: product)
    case .power(let base, let exponent):
      return "\(base.text(in: .atom))^\(exponent.exponentText)"
    case .call(let name, let arguments):
      let list = arguments.map(\.description).joined(separator: ", ")
      return name.isEmpty ? "[\(list)]" : "\(name)(\(list))"
    case .matrixProduct(let factors):
      return factors.map { $0.text(in: .power) }.joined(separator: " ")
    case .transposed(let operand): return "\(operand.text(in: .atom))ᵀ"
    case .indexed(let operand, let items): return "\(operand.text(in: .atom))[\(items)]"
    case .relation(let symbol, let a, let b):
      return "\(a.text(in: .sum)) \(symbol) \(b.text(in: .sum))"
    case .range(let parts): return parts.map { $0.text(in: .sum) }.joined(separator: ":")
    case .juxtaposed(let parts): return Self.text(ofJuxtaposed: parts)
    }
  }

  private var exponentText: String {
    if case .number = self { return description }
    return text(in: .atom)
  }

  private static func text(ofSum terms: [MathExpression]) -> String {
    var text = ""
    for (position, term) in terms.enumerated() {
      let (isNegative, size) = term.signAndSize
      if position == 0 {
        text = term.description
      } else {
        text += (isNegative ? " - " : " + ") + size.text(in: .product)
      }
    }
    return text
  }

  private var signAndSize: (isNegative: Bool, size: MathExpression) {
    switch self {
    case .number(let value) where value < 0: return (true, .number(-value))
    case .product(let product) where product.coefficient < 0: return (true, -self)
    case .juxtaposed(let parts):
      guard let first = parts.first, first.signAndSize.isNegative else { return (false, self) }
      let size = first.signAndSize.size
      let rest = Array(parts.dropFirst())
      return (true, size.isOne && !rest.isEmpty ? .joined(rest) : .juxtaposed([size] + rest))
    default: return (false, self)
    }
  }

  private static func joined(_ parts: [MathExpression]) -> MathExpression {
    parts.count == 1 ? parts[0] : .juxtaposed(parts)
  }

  private static func text(of product: Product) -> String {
    let separator = product.isElementwise ? " ⊙ " : " "
    let place: Precedence = product.isElementwise ? .power : .matrixProduct
    var text = product.numerator.map { $0.text(in: place) }.joined(separator: separator)
    if product.numerator.isEmpty || abs(product.coefficient) != 1 {
      let number = NumberFormat().string(product.coefficient)
      text = text.isEmpty ? number : "\(number) \(text)"
    } else if product.coefficient == -1 {
      text = "-\(text)"
    }
    guard !product.denominator.isEmpty else { return text }
    let below = product.denominator.map { $0.text(in: .power) }.joined(separator: separator)
    return product.denominator.count == 1 ? "\(text)/\(below)" : "\(text)/(\(below))"
  }

  private static func text(ofJuxtaposed parts: [MathExpression]) -> String {
    var texts: [String] = []
    for (position, part) in parts.enumerated() {
      if position == 0, part == .number(-1), parts.count > 1 {
        texts.append("-")
      } else if case .number(let value) = part, position == 0 {
        texts.append(NumberFormat().string(value))
      } else if position == 0, case .product = part {
        texts.append(part.description)
      } else {
        texts.append(part.text(in: .product))
      }
    }
    let text = texts.joined(separator: " ")
    return text.hasPrefix("- ") ? "-" + text.dropFirst(2) : text
  }
}
