/// A generator of random numbers that gives the same ones everywhere (SplitMix64, Steele, Lea and
/// Flood 2014).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: Int) { state = UInt64(truncatingIfNeeded: seed) &* 0x9E37_79B9_7F4A_7C15 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

/// A random script that ends in a scalar definition `f`: a chain, or a graph with shared nodes, of
/// numbers or of vectors. Values stay of moderate size.
struct RandomProgram {
  private(set) var script = ""
  private var generator: SeededGenerator
  private var definitions = 0

  init(seed: Int) {
    generator = SeededGenerator(seed: seed)
    let isGraph = seed % 2 == 1
    let result = seed % 4 < 2 ? scalars(isGraph: isGraph) : vectors(isGraph: isGraph)
    script += "f = \(result)\n"
  }

  private mutating func pick(_ items: [String]) -> String {
    items.randomElement(using: &generator) ?? "1"
  }

  private mutating func chance() -> Bool { Bool.random(using: &generator) }

  /// A number of two decimals from 0.2 to 1.4.
  private mutating func number() -> String {
    let hundredths = Int.random(in: 20...140, using: &generator)
    return "\(hundredths / 100).\(hundredths / 10 % 10)\(hundredths % 10)"
  }

  /// Half of the expressions get a name, the others are written out where they are used.
  private mutating func named(_ expression: String) -> String {
    guard chance() else { return "(\(expression))" }
    definitions += 1
    script += "u\(definitions) = \(expression)\n"
    return "u\(definitions)"
  }

  private mutating func scalars(isGraph: Bool) -> String {
    var pool: [String] = []
    for name in isGraph ? ["w0", "w1", "x2"] : ["w0"] {
      script += "\(name) = \(number())\n"
      pool.append(name)
    }
    if isGraph { script += "data t = \(number())\n" }
    var last = pool[0]
    for _ in 0..<Int.random(in: 4...7, using: &generator) {
      let a = chance() ? last : pick(isGraph ? pool : [last])
      let b = pick(pool)
      let c = number()
      let unary = [
        "sin(\(a))", "cos(\(c)*\(a))", "tanh(\(a))", "sigmoid(\(a))", "exp(-\(a)^2)",
        "log(1 + \(a)^2)", "1 + exp(sin(\(a)))", "sqrt(1 + \(a)^2)", "1/(2 + \(a)^2)",
        "(1 - \(a))^2", "-\(a)", "\(c)*\(a)", "\(a)/4", "\(c) - \(a)", "2*\(a)^3/(1 + \(a)^2)",
        "log(1 + exp(-\(c)*\(a)))",
      ]
      let binary = [
        "\(a) + \(b)", "\(a) - \(b)", "\(a)*\(b)", "\(a)/(1.5 + \(b)^2)", "\(b)*exp(-\(a)^2)",
        "t*\(a)*\(b)", "-\(b)*t + \(a)", "\(a)*sqrt(2 + \(b) + \(a)^2*\(b)^2)",
      ]
      last = named(pick(isGraph && chance() ? binary : unary))
      if isGraph { pool.append(last) }
    }
    return isGraph ? "\(last) + 0.5*\(pick(pool))*\(pool[0])" : "3*\(last)"
  }

  private mutating func vectors(isGraph: Bool) -> String {
    script += "w = [\(number()), -\(number()), \(number())]\nb = \(number())\n"
    script += "data X = [1, 0.5, -1; 0.2, -0.3, 0.8; -0.6, 1.1, 0.4; 0.9, -0.7, 0.1]\n"
    script += "data t = [1, -1, 1, -1]\n"
    var pool = [named("X*w")]
    var last = pool[0]
    for _ in 0..<Int.random(in: 2...4, using: &generator) {
      let a = last, c = number()
      let other = pick(pool)
      let alone = [
        "tanh(\(a))", "exp(-\(a).^2)", "log(1 + exp(-t.*\(a)))", "1 + exp(-\(c)*\(a))",
        "(1 - \(a)).^2", "sigmoid(\(a))", "t.*\(a)", "-\(a)/2", "sqrt(1 + \(a).^2)",
      ]
      let shared = [
        "\(a).*\(other)", "\(a) - \(other)", "\(a) + b", "b*\(a)", "\(a)./(1.5 + \(other).^2)",
      ]
      last = named(pick(isGraph && chance() ? shared : alone))
      pool.append(last)
    }
    let reductions = [
      "sum(\(last))", "mean(\(last))", "norm(\(last))", "sum(\(last).^2)", "logsumexp(\(last))",
      "dot(t, \(last))",
    ]
    let value = named(pick(reductions))
    return isGraph
      ? "log(1 + \(value)^2) + b*dot(\(pool[0]), \(last))" : "exp(-\(value)^2/20)"
  }
}
