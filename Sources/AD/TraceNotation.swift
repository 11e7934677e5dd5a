import Expr

/// The symbols of a trace, as the lectures write them.
public enum TraceNotation: String, CaseIterable, Sendable {
  /// v_k and λ_k = ∂f/∂v_k.
  case roulet
  /// θ_r and ∇_r ℓ.
  case peyre
  /// Inputs by name, y_k, the output z, and ∂z/∂y_k.
  case finistr
  /// v_{1-n} … v_0 for the inputs, v_k, and v̄_k (Griewank & Walther).
  case wengert

  /// The symbols of one trace, row by row.
  public struct Symbols: Sendable {
    public var rows: [String] = []
    public var adjoints: [String] = []
    public var tangents: [String] = []
    /// The number in the symbol; nil for an input that keeps its name.
    public var numbers: [Int?] = []
  }

  /// - Parameters:
  ///   - names: the name of each variable row, in order.
  ///   - target: the name of what is differentiated.
  public func symbols(for list: WengertList, names: [String], target: String) -> Symbols {
    var symbols = Symbols()
    let inputs = list.rows.count { $0.isVariable }
    let heights = list.heights
    // Of chains equally long the leaf defined first heads the table.
    let first = (0..<inputs).max {
      heights[$0] < heights[$1] || (heights[$0] == heights[$1] && $0 > $1)
    }
    for row in list.rows.indices {
      let isInput = row < inputs
      let step = row - inputs + 1
      switch self {
      case .roulet where isInput && row != first:
        symbols.append(names[row], adjoint: "∂\(target)/∂\(names[row])", number: nil)
      case .roulet:
        let number = isInput ? 0 : step
        symbols.append("v_\(number)", adjoint: "λ_\(number)", number: number)
      case .peyre:
        symbols.append("θ_\(row + 1)", adjoint: "∇_\(row + 1)", number: row + 1)
      case .finistr where isInput:
        symbols.append(names[row], adjoint: "∂z/∂\(names[row])", number: nil)
      case .finistr:
        let name = row == list.rows.count - 1 ? "z" : "y_\(step)"
        symbols.append(name, adjoint: "∂z/∂\(name)", number: step)
      case .wengert:
        let number = isInput ? row - inputs + 1 : step
        symbols.append("v_\(number)", adjoint: "v\u{304}_\(number)", number: number)
      }
    }
    return symbols
  }

  /// What the columns of a table hold.
  public func headers(isChain: Bool, target: String) -> (
    row: String, partial: String, adjoint: String
  ) {
    switch self {
    case .roulet:
      ("v_k", isChain ? "∂v_k/∂v_{k-1}" : "∂v_k/∂v_j", "∂\(target)/∂v_k")
    case .peyre: ("θ_r", "∂θ_s/∂θ_r", "∇_r ℓ")
    case .finistr: ("y_k", "∂y_k/∂y_j", "∂z/∂y_k")
    case .wengert: ("v_i", "∂v_i/∂v_j", "v\u{304}_i")
    }
  }

  /// The two rules beside the title: how a row is computed, and what its adjoint is.
  public func rules(isChain: Bool, target: String) -> [String] {
    switch self {
    case .roulet:
      [isChain ? "v_{k+1} = g_k(v_k)" : "v_k = g_k(v_j, …)", "λ_k = ∂\(target)/∂v_k"]
    case .peyre: ["θ_r = g_r(θ_Parents(r))", "∇_r ℓ = Σ_{s∈Child(r)} ∂_r g_s ∇_s ℓ"]
    case .finistr: ["y_k = f_k(y_j, …)", "∂z/∂y_j = Σ_k ∂y_k/∂y_j ∂z/∂y_k"]
    case .wengert: ["v_i = φ_i(v_j)", "v\u{304}_j = Σ_i ∂v_i/∂v_j v\u{304}_i"]
    }
  }
}

extension TraceNotation {
  /// The rule of tangents, which stands beside the title of a forward pass along a direction.
  public var tangentRule: String {
    switch self {
    case .roulet: "v̇_k = Σ_j ∂v_k/∂v_j v̇_j"
    case .peyre: "θ̇_s = Σ_{r∈Parents(s)} ∂_r g_s θ̇_r"
    case .finistr: "ẏ_k = Σ_j ∂y_k/∂y_j ẏ_j"
    case .wengert: "v̇_i = Σ_j ∂v_i/∂v_j v̇_j"
    }
  }
}

extension TraceNotation.Symbols {
  fileprivate mutating func append(_ row: String, adjoint: String, number: Int?) {
    rows.append(row)
    adjoints.append(adjoint)
    // ẋ1, v̇_3: the dot stands over the letter.
    tangents.append(String(row.prefix(1)) + "\u{307}" + row.dropFirst())
    numbers.append(number)
  }
}
