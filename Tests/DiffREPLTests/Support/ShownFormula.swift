#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Reads a formula as a person reads a slide, and computes it: `-3.5 exp(v_1)/v_2`.
///
/// It knows nothing of how formulas are made; only so can it tell whether what is shown is true.
/// Products, `⊙` and `/` bind alike, from the left; arrays are matrices, a vector has one column.
struct ShownFormula {
  /// Rows and columns of numbers, row by row.
  struct Array2: Equatable {
    var rows = 1
    var columns = 1
    var entries: [Double]

    static func number(_ value: Double) -> Array2 { Array2(entries: [value]) }

    var isNumber: Bool { entries.count == 1 }
  }

  enum Failure: Error, Equatable {
    case unreadable(String, at: String)
    case shapes(String)
  }

  private let characters: [Character]
  private let symbols: [(text: [Character], value: Array2)]
  private var position = 0

  /// - Throws: `Failure` if it cannot be read, or its shapes do not fit.
  static func value(of text: String, where symbols: [String: Array2]) throws -> Array2 {
    var reader = ShownFormula(
      characters: Array(text),
      symbols: symbols.map { (Array($0.key), $0.value) }.sorted { $0.text.count > $1.text.count })
    let value = try reader.sum()
    guard reader.position == reader.characters.count else { throw reader.failure }
    return value
  }

  private init(characters: [Character], symbols: [(text: [Character], value: Array2)]) {
    self.characters = characters
    self.symbols = symbols
  }

  private var failure: Failure {
    .unreadable(String(characters), at: String(characters[min(position, characters.count)...]))
  }

  private func has(_ text: String) -> Bool { characters[position...].starts(with: text) }

  private mutating func take(_ text: String) -> Bool {
    guard has(text) else { return false }
    position += text.count
    return true
  }

  private mutating func sum() throws -> Array2 {
    var value = try term()
    while true {
      if take(" + ") {
        value = try Self.entrywise(value, term(), +)
      } else if take(" - ") {
        value = try Self.entrywise(value, term(), -)
      } else {
        return value
      }
    }
  }

  private mutating func term() throws -> Array2 {
    var value = try signed()
    while position < characters.count {
      if take(" ⊙ ") {
        value = try Self.entrywise(value, signed(), *)
      } else if take("/") {
        value = try Self.entrywise(value, power(), /)
      } else if !has(" + "), !has(" - "), take(" ") {
        value = try Self.product(value, power())
      } else {
        break
      }
    }
    return value
  }

  private mutating func signed() throws -> Array2 {
    if take("-") { return Self.mapped(try power(), -) }
    return try power()
  }

  private mutating func power() throws -> Array2 {
    var base = try atom()
    while take("ᵀ") { base = Self.transposed(base) }
    guard take("^") else { return base }
    let isNegative = take("-")
    let exponent = try atom()
    return try Self.entrywise(base, isNegative ? Self.mapped(exponent, -) : exponent, pow)
  }

  private mutating func atom() throws -> Array2 {
    if take("(") {
      let value = try sum()
      guard take(")") else { throw failure }
      return value
    }
    let name = characters[position...].prefix { $0.isASCII && $0.isLetter }
    if !name.isEmpty, name.endIndex < characters.count, characters[name.endIndex] == "(" {
      position = name.endIndex + 1
      var arguments = [try sum()]
      while take(", ") { arguments.append(try sum()) }
      guard take(")"), let value = Self.call(String(name), arguments) else { throw failure }
      return value
    }
    for symbol in symbols where characters[position...].starts(with: symbol.text) {
      position += symbol.text.count
      return symbol.value
    }
    return .number(try number())
  }

  private mutating func number() throws -> Double {
    let start = position
    func isDigit(_ place: Int) -> Bool {
      place < characters.count && ("0"..."9").contains(characters[place])
    }
    while isDigit(position) || (position < characters.count && characters[position] == ".") {
      position += 1
    }
    if position > start, position < characters.count, characters[position] == "e" {
      let sign = position + 1 < characters.count && "+-".contains(characters[position + 1]) ? 1 : 0
      if isDigit(position + 1 + sign) {
        position += 1 + sign
        while isDigit(position) { position += 1 }
      }
    }
    guard let value = Double(String(characters[start..<position])) else {
      position = start
      throw failure
    }
    return value
  }

  // MARK: Arithmetic

  private static func mapped(_ a: Array2, _ body: (Double) -> Double) -> Array2 {
    var result = a
    result.entries = a.entries.map(body)
    return result
  }

  private static func transposed(_ a: Array2) -> Array2 {
    Array2(
      rows: a.columns, columns: a.rows,
      entries: (0..<a.columns).flatMap { j in (0..<a.rows).map { a.entries[$0 * a.columns + j] } })
  }

  private static func entrywise(
    _ a: Array2, _ b: Array2, _ body: (Double, Double) -> Double
  ) throws -> Array2 {
    if a.isNumber { return mapped(b) { body(a.entries[0], $0) } }
    if b.isNumber { return mapped(a) { body($0, b.entries[0]) } }
    guard a.rows == b.rows, a.columns == b.columns else {
      throw Failure.shapes("\(a.rows)×\(a.columns) with \(b.rows)×\(b.columns)")
    }
    return Array2(rows: a.rows, columns: a.columns, entries: zip(a.entries, b.entries).map(body))
  }

  private static func product(_ a: Array2, _ b: Array2) throws -> Array2 {
    if a.isNumber || b.isNumber { return try entrywise(a, b, *) }
    guard a.columns == b.rows else {
      throw Failure.shapes("\(a.rows)×\(a.columns) times \(b.rows)×\(b.columns)")
    }
    var entries: [Double] = []
    for i in 0..<a.rows {
      for j in 0..<b.columns {
        entries.append(
          (0..<a.columns).reduce(0) {
            $0 + a.entries[i * a.columns + $1] * b.entries[$1 * b.columns + j]
          })
      }
    }
    return Array2(rows: a.rows, columns: b.columns, entries: entries)
  }

  /// nil for a function that it does not know, or that takes other arguments.
  private static func call(_ name: String, _ arguments: [Array2]) -> Array2? {
    let x = arguments[0].entries
    if arguments.count == 2 {
      guard name == "dot", x.count == arguments[1].entries.count else { return nil }
      return .number(zip(x, arguments[1].entries).reduce(0) { $0 + $1.0 * $1.1 })
    }
    guard arguments.count == 1 else { return nil }
    let total = x.reduce(0, +)
    switch name {
    case "sum": return .number(total)
    case "mean": return .number(total / Double(x.count))
    case "norm": return .number(x.reduce(0) { $0 + $1 * $1 }.squareRoot())
    case "logsumexp": return .number(log(x.reduce(0) { $0 + exp($1) }))
    case "softmax":
      let sum = x.reduce(0) { $0 + exp($1) }
      return mapped(arguments[0]) { exp($0) / sum }
    case "diag":
      let n = x.count
      let entries = (0..<n * n).map { $0 / n == $0 % n ? x[$0 / n] : 0 }
      return Array2(rows: n, columns: n, entries: entries)
    default: return elementary(name).map { mapped(arguments[0], $0) }
    }
  }

  private static func elementary(_ name: String) -> ((Double) -> Double)? {
    switch name {
    case "exp": { exp($0) }
    case "log": { log($0) }
    case "sin": { sin($0) }
    case "cos": { cos($0) }
    case "tanh": { tanh($0) }
    case "cosh": { cosh($0) }
    case "sqrt": { $0.squareRoot() }
    case "sigmoid": { 1 / (1 + exp(-$0)) }
    default: nil
    }
  }
}
