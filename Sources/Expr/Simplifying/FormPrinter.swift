/// Writes forms as the user would type them: `-3.5 exp(-3.5 w0)/(1 + exp(-3.5 w0))`.
public struct FormPrinter {
  private let algebra: Algebra
  private let graph: Graph
  /// Text longer than this is not worth reading.
  private static let limit = 4_000

  public init(_ algebra: Algebra, _ graph: Graph) {
    self.algebra = algebra
    self.graph = graph
  }

  /// How tightly the outermost operation binds.
  private enum Binding: Int { case sum, negated, product, power, atom }

  private struct Text {
    var text: String
    var binding: Binding

    func inside(_ place: Binding) -> String {
      binding.rawValue < place.rawValue ? "(\(text))" : text
    }
  }

  /// The formula; nil where it holds an operation that cannot be typed, or is too long.
  public func text(of form: Algebra.Form) -> String? { write(form, depth: 0)?.text }

  private func write(_ form: Algebra.Form, depth: Int) -> Text? {
    guard depth < 80 else { return nil }
    let written: Text?
    switch algebra[form] {
    case .one: written = Text(text: "1", binding: .atom)
    case .constant(let name): written = Text(text: name, binding: .atom)
    case .node(let node): written = write(node)
    case .product(let factors):
      written = write(factors, .one, algebra.shape(of: form), depth)
    case .sum(let terms): written = write(terms, depth)
    case .call(let name, let attribute, let operands):
      written = call(name, attribute, operands, algebra.shape(of: form), depth)
    }
    return written.flatMap { $0.text.utf8.count > Self.limit ? nil : $0 }
  }

  private func write(_ node: NodeID) -> Text? {
    if let leaf = graph.leaf(of: node) { return Text(text: leaf.name.spelling, binding: .atom) }
    guard let tensor = graph.constant(of: node), tensor.elements.count <= 64 else { return nil }
    let format = NumberFormat(digits: 17)
    let numbers = tensor.elements.map { format.string($0) }
    if tensor.shape.isScalar {
      return Text(text: numbers[0], binding: tensor.elements[0] < 0 ? .negated : .atom)
    }
    let columns = tensor.shape.isVector ? numbers.count : tensor.shape.dimensions[1]
    let rows = stride(from: 0, to: numbers.count, by: max(1, columns)).map {
      numbers[$0..<$0 + columns].joined(separator: ", ")
    }
    return Text(
      text: "[" + rows.joined(separator: "; ") + "]" + (tensor.shape.isRow ? "'" : ""),
      binding: .atom)
  }

  // MARK: Sums and products

  private func write(_ terms: [Algebra.Term], _ depth: Int) -> Text? {
    guard terms.count != 1 else {
      return term(terms[0], depth)
    }
    if terms.isEmpty { return Text(text: "0", binding: .atom) }
    var text = ""
    for (position, entry) in ordered(terms).enumerated() {
      let isNegative = entry.coefficient.isNegative
      let size = Algebra.Term(
        coefficient: isNegative ? entry.coefficient.negated : entry.coefficient, form: entry.form)
      guard let written = term(size, depth) else { return nil }
      let sign = position == 0 ? (isNegative ? "-" : "") : isNegative ? " - " : " + "
      text += sign + written.inside(position == 0 && !isNegative ? .sum : .product)
    }
    return Text(text: text, binding: .sum)
  }

  /// Powers of names come with the highest first and a number last; any other sum as it was met.
  private func ordered(_ terms: [Algebra.Term]) -> [Algebra.Term] {
    var degrees: [(term: Algebra.Term, degree: Double)] = []
    for term in terms {
      var degree = 0.0
      for factor in algebra.factors(of: term.form) {
        guard case .node = algebra[factor.base], !factor.exponent.isNegative else { return terms }
        degree += factor.exponent.double
      }
      degrees.append((term, degree))
    }
    guard degrees.contains(where: { $0.degree > 1 }) else { return terms }
    return degrees.enumerated().sorted {
      $0.element.degree > $1.element.degree
        || ($0.element.degree == $1.element.degree && $0.offset < $1.offset)
    }.map(\.element.term)
  }

  private func term(_ term: Algebra.Term, _ depth: Int) -> Text? {
    write(algebra.factors(of: term.form), term.coefficient, algebra.shape(of: term.form), depth)
  }

  private func write(
    _ factors: [Algebra.Factor], _ coefficient: Rational, _ shape: Shape, _ depth: Int
  ) -> Text? {
    var above: [(text: Text, isArray: Bool)] = [], below = above
    // Numbers' shapes first: scalars multiply with *, arrays with .*
    let order = factors.enumerated().sorted {
      let first = algebra.shape(of: $0.element.base).isScalar
      let second = algebra.shape(of: $1.element.base).isScalar
      return first == second ? $0.offset < $1.offset : first
    }
    for factor in order.map(\.element) {
      let isArray = !algebra.shape(of: factor.base).isScalar
      let isBelow = factor.exponent.isNegative
      let exponent = isBelow ? factor.exponent.negated : factor.exponent
      guard let base = write(factor.base, depth: depth + 1) else { return nil }
      let text = exponent == .one ? base : power(base, exponent, isArray)
      if isBelow { below.append((text, isArray)) } else { above.append((text, isArray)) }
    }
    let (number, divisor) = Self.parts(coefficient)
    if let divisor { below.insert((Text(text: divisor, binding: .atom), false), at: 0) }
    let isNegative = number.hasPrefix("-")
    if above.isEmpty, below.isEmpty {
      return Text(text: number, binding: isNegative ? .negated : .atom)
    }
    var text = joined(above)
    if number == "-1", !above.isEmpty {
      text = "-" + text
    } else if number != "1" || above.isEmpty {
      text =
        above.isEmpty ? number : leads(above[0].text) ? "\(number) \(text)" : "\(number)*\(text)"
    }
    if below.isEmpty {
      let isAlone = above.count == 1 && number == "1"
      return Text(
        text: text,
        binding: isNegative ? .negated : isAlone ? above[0].text.binding : .product)
    }
    let hasArray = below.contains(where: \.isArray)
    let isOne = below.count == 1
    let divided = isOne ? below[0].text.inside(.power) : "(\(joined(below)))"
    let slash = hasArray && (above.contains(where: \.isArray)) ? "./" : "/"
    return Text(text: text + slash + divided, binding: isNegative ? .negated : .product)
  }

  /// Whether a number may stand before it with a blank: `2 x`, `2 exp(x)`; not before a digit.
  private func leads(_ text: Text) -> Bool {
    guard text.binding.rawValue >= Binding.power.rawValue, let first = text.text.first else {
      return true
    }
    return first.isLetter
  }

  private func joined(_ parts: [(text: Text, isArray: Bool)]) -> String {
    var text = ""
    for (position, part) in parts.enumerated() {
      let isElementwise = position > 0 && part.isArray && parts[position - 1].isArray
      if position > 0 { text += isElementwise ? ".*" : "*" }
      let place: Binding = parts.count == 1 ? .product : .power
      text += part.text.inside(place)
    }
    return text
  }

  private func power(_ base: Text, _ exponent: Rational, _ isArray: Bool) -> Text {
    let number = Self.decimal(exponent) ?? "(\(exponent.numerator)/\(exponent.denominator))"
    return Text(text: base.inside(.atom) + (isArray ? ".^" : "^") + number, binding: .power)
  }

  /// The number in front and the one below: -3.5 and 0.1 stay decimals, 1/2 and 2/3 are fractions.
  private static func parts(_ value: Rational) -> (String, String?) {
    if value.isWhole { return ("\(value.numerator)", nil) }
    let isUnit = value.numerator == 1 || value.numerator == -1
    if !(isUnit && value.denominator < 10), let text = decimal(value) { return (text, nil) }
    return ("\(value.numerator)", "\(value.denominator)")
  }

  /// The fraction as a decimal, if that is exact and short.
  private static func decimal(_ value: Rational) -> String? {
    let double = value.double
    guard Rational(decimal: double) == value else { return nil }
    let text = NumberFormat(digits: 17).string(double)
    return text
  }

  // MARK: Functions

  private func call(
    _ name: String, _ attribute: Attribute, _ operands: [Algebra.Form], _ shape: Shape,
    _ depth: Int
  ) -> Text? {
    var texts: [Text] = []
    for operand in operands {
      guard let text = write(operand, depth: depth + 1) else { return nil }
      texts.append(text)
    }
    func infix(_ symbol: String, _ own: Binding, _ places: (Binding, Binding)) -> Text {
      Text(text: texts[0].inside(places.0) + symbol + texts[1].inside(places.1), binding: own)
    }
    let areArrays = operands.contains { !algebra.shape(of: $0).isScalar }
    switch name {
    case "product": return infix("*", .product, (.power, .power))
    case "transpose": return Text(text: texts[0].inside(.atom) + "'", binding: .atom)
    case "power": return infix(areArrays ? ".^" : "^", .power, (.atom, .atom))
    case "less": return parenthesised("<", texts)
    case "lessOrEqual": return parenthesised("<=", texts)
    case "equal": return parenthesised("==", texts)
    case "notEqual": return parenthesised("!=", texts)
    case "and": return parenthesised("and", texts)
    case "or": return parenthesised("or", texts)
    case "not": return Text(text: "(not \(texts[0].inside(.atom)))", binding: .atom)
    case "select":
      var arguments = texts
      // A condition stands in the parentheses of the call.
      if case .call(let condition, _, _) = algebra[operands[0]],
        ["less", "lessOrEqual", "equal", "notEqual", "and", "or", "not"].contains(condition)
      {
        arguments[0].text = String(arguments[0].text.dropFirst().dropLast())
      }
      return function("where", arguments)
    case "stack":
      guard shape.isVector else { return nil }
      return Text(text: "[" + texts.map(\.text).joined(separator: ", ") + "]", binding: .atom)
    case "broadcast": return filled(texts[0], algebra.number(operands[0]), shape)
    case "index":
      guard case .selection(let selection) = attribute else { return nil }
      let items = FormulaReader.indices(selection)
      return items.contains("…")
        ? nil : Text(text: texts[0].inside(.atom) + "[\(items)]", binding: .atom)
    case "reshape":
      guard shape.rank == 2, !shape.isRow else {
        return shape.isVector ? function("flatten", texts) : nil
      }
      let sizes = shape.dimensions.map { Text(text: "\($0)", binding: .atom) }
      return function("reshape", texts + sizes)
    default:
      guard let primitive = Primitive.all.first(where: { $0.name == name && $0.isFunction }) else {
        return nil
      }
      if let axis = attribute.axis {
        texts.append(Text(text: "dim=\(axis + 1)", binding: .atom))
      }
      return function(primitive.shownName, texts)
    }
  }

  private func function(_ name: String, _ arguments: [Text]) -> Text {
    Text(text: "\(name)(\(arguments.map(\.text).joined(separator: ", ")))", binding: .atom)
  }

  private func parenthesised(_ symbol: String, _ texts: [Text]) -> Text {
    Text(text: "(\(texts[0].inside(.sum)) \(symbol) \(texts[1].inside(.sum)))", binding: .atom)
  }

  /// `2*ones(3)`: a number repeated.
  private func filled(_ text: Text, _ number: Rational?, _ shape: Shape) -> Text? {
    let sizes = shape.dimensions.map(String.init).joined(separator: ", ")
    let ones = shape.isRow ? "ones(\(shape.dimensions[1]))'" : "ones(\(sizes))"
    if number == .one { return Text(text: ones, binding: .atom) }
    if number?.isZero ?? false {
      return Text(text: ones.replacingPrefix("ones", by: "zeros"), binding: .atom)
    }
    return Text(text: text.inside(.power) + "*" + ones, binding: .product)
  }
}

extension String {
  fileprivate func replacingPrefix(_ prefix: String, by other: String) -> String {
    other + dropFirst(prefix.count)
  }
}
