import AD
import Expr

/// Why an operation gives what it gives at a point, the convention that decides there, and what to
/// write instead: read off its entry in the table of primitives and off the table of rewrites.
struct Remedy {
  let because: String
  /// As in the table: `abs'(0) = 0`.
  let convention: String?
  /// Text to type; nil where only the reader knows what is meant.
  let rewrite: String?
  /// What else helps.
  let advice: String?

  private init(
    _ because: String, convention: String? = nil, write rewrite: String? = nil,
    advice: String? = nil
  ) {
    self.because = because
    self.convention = convention
    self.rewrite = rewrite
    self.advice = advice
  }

  var hint: String? { rewrite.map { "write \($0)" } ?? advice }

  /// What is known of a birth.
  struct Place {
    let primitive: Primitive
    let birth: Birth
    /// The operands as they were typed.
    let sources: [String]
    /// The partial in the operand on the way to the variable, with its value there.
    let slope: (formula: String, value: Double)?

    fileprivate var x: [Double] { birth.operands.map(\.value) }

    /// A formula of the table, in x and y, with what was typed in their place.
    fileprivate func filled(_ template: String) -> String {
      var result = ""
      let characters = Array(template)
      for (place, character) in characters.enumerated() {
        let before = place > 0 ? characters[place - 1] : "(",
          after = characters.dropFirst(place + 1)
        let isWord = before.isLetter || after.first?.isLetter ?? false
        let position = character == "x" ? 0 : character == "y" ? 1 : sources.count
        guard !isWord, sources.indices.contains(position) else {
          result.append(character)
          continue
        }
        let source = sources[position]
        let isAlone = before == "(" && [")", ","].contains(after.first ?? ")")
        let isWhole = source.allSatisfy { $0.isLetter || $0.isNumber || "_.".contains($0) }
        result += isAlone || isWhole ? source : "(\(source))"
      }
      return result
    }
  }

  static func find(_ place: Place) -> Remedy? {
    switch (place.birth.kind, place.birth.place) {
    case (.none, _): nil
    case (.kink, _): kink(place)
    case (.zero, _): zero(place)
    case (let kind, .value): value(place, kind)
    case (_, .adjoint): slope(place)
    }
  }

  private static func kink(_ place: Place) -> Remedy? {
    guard let kink = place.primitive.kink else { return nil }
    let format = NumberFormat()
    let lower = format.string(kink.slopes.lowerBound), upper = format.string(kink.slopes.upperBound)
    return Remedy(
      "its slopes there run from \(lower) to \(upper)", convention: kink.convention,
      write: kink.smooth.map { place.filled($0) + " for a smooth one" })
  }

  private static func zero(_ place: Place) -> Remedy {
    let primitive = place.primitive
    if case .zero = primitive.derivative {
      if case .unary(let function) = primitive.evaluation,
        [0.3, -1.7].allSatisfy({ function($0) == $0 })
      {
        return Remedy("\(primitive.shownName) passes its value on, but no gradient")
      }
      return Remedy("\(call(primitive)) is constant between its jumps")
    }
    if primitive.symbol == .select {
      return Remedy(
        "the branch that depends on it is not taken",
        convention: "where an adjoint is 0 nothing flows back")
    }
    switch primitive.kink?.place {
    case .tie, .sharedExtreme:
      return Remedy("another argument is taken, and nothing flows to this one")
    case .zeroOperand: return Remedy("it is constant on this side of its kink")
    case .zeroResult, nil: break
    }
    guard let slope = place.slope else { return Remedy("nothing comes back through it there") }
    return Remedy(
      "its slope \(slope.formula) is 0 there",
      convention: place.x.contains(0) ? primitive.domain?.convention : nil)
  }

  private static func value(_ place: Place, _ kind: Birth.Kind) -> Remedy? {
    let primitive = place.primitive, x = place.x
    if x.contains(where: { !$0.isFinite }) || (primitive.symbol == .divide && x == [0, 0]) {
      return Remedy(
        "\(Self.substituted(primitive, x)) has no value",
        write: x.allSatisfy(\.isFinite) ? primitive.domain?.inside.map(place.filled) : nil)
    }
    if primitive.symbol == .divide, x.count > 1, x[1] == 0 { return Remedy("the divisor is 0") }
    if kind == .nan {
      return primitive.domain?.condition.map {
        Remedy(
          "\(call(primitive)) has a value for \($0) only",
          write: primitive.domain?.inside.map(place.filled))
      }
    }
    if isPole(primitive, x) {
      let condition = primitive.domain?.condition.map { "; it has a value for \($0) only" } ?? ""
      return Remedy("\(call(primitive)) has a pole there\(condition)")
    }
    return Remedy(
      "the result is more than a double holds, 1.8e308", advice: finiteForms(of: primitive))
  }

  /// `log(x)`, `x^y`, `x < y`: the primitive with its operands as the table calls them.
  private static func call(_ primitive: Primitive) -> String {
    let names = Array(["x", "y", "z"].prefix(primitive.arity.lowerBound))
    guard case .infix(let symbol) = primitive.notation, names.count == 2 else {
      return "\(primitive.shownName)(\(names.joined(separator: ", ")))"
    }
    return names.joined(
      separator: symbol == .power || symbol == .divide ? symbol.rawValue : " \(symbol.rawValue) ")
  }

  /// `inf - inf`, `0/0`, `sin(inf)`.
  private static func substituted(_ primitive: Primitive, _ x: [Double]) -> String {
    let values = x.map { NumberFormat().string($0) }
    guard case .infix(let symbol) = primitive.notation, values.count == 2 else {
      return "\(primitive.shownName)(\(values.joined(separator: ", ")))"
    }
    let isTight = symbol == .power || symbol == .divide || symbol == .multiply || symbol == .product
    let sign = symbol == .multiply || symbol == .product ? "·" : symbol.rawValue
    return values.joined(separator: isTight ? sign : " \(sign) ")
  }

  /// Whether a function is of modest size just beside a point where it is infinite; else it has
  /// overflowed.
  private static func isPole(_ primitive: Primitive, _ x: [Double]) -> Bool {
    let shifts = [1e-3, -1e-3]
    switch primitive.evaluation {
    case .unary(let function):
      guard let point = x.first else { return false }
      return shifts.contains { abs(function(point + $0 * max(1, abs(point)))) < 1e100 }
    case .binary(let function):
      guard x.count == 2 else { return false }
      return shifts.contains { abs(function(x[0] + $0 * max(1, abs(x[0])), x[1])) < 1e100 }
    case .ternary, .kernel, .loop: return false
    }
  }

  /// The forms of the table of rewrites that are evaluated without the overflow of a primitive.
  private static func finiteForms(of primitive: Primitive) -> String? {
    let forms = Rewrite.all.filter {
      $0.mends.hasPrefix("overflow") && $0.name.contains("\(primitive.name)(")
    }
    guard !forms.isEmpty else { return nil }
    return "\(forms.prefix(2).map(\.name).joined(separator: ", ")), … do not overflow: "
      + "see :help rewrites"
  }

  private static func slope(_ place: Place) -> Remedy {
    let domain = place.primitive.domain
    guard let slope = place.slope else { return Remedy("its slope is not finite there") }
    guard !slope.value.isFinite else { return Remedy("the product of the slopes overflows") }
    return Remedy(
      "its slope \(slope.formula) is \(NumberFormat().string(slope.value)) there",
      convention: domain?.convention, write: domain?.rounded.map(place.filled))
  }
}
