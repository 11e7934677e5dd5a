/// Symbols by the names LaTeX gives them: `\theta` is θ wherever it is typed.
public enum SymbolNames {
  /// Every name without its backslash and what it stands for, in alphabetical order of the names.
  public static let all: [(name: String, symbol: String)] = letters + operators

  /// The symbol of a name without its backslash; nil where there is none.
  public static func symbol(named name: some StringProtocol) -> String? { table[String(name)] }

  private static let table = Dictionary(
    all.map { ($0.name, $0.symbol) }, uniquingKeysWith: { first, _ in first })

  private static let letters: [(name: String, symbol: String)] = [
    ("alpha", "α"), ("beta", "β"), ("chi", "χ"), ("delta", "δ"), ("epsilon", "ε"), ("eta", "η"),
    ("gamma", "γ"), ("iota", "ι"), ("kappa", "κ"), ("lambda", "λ"), ("mu", "μ"), ("nu", "ν"),
    ("omega", "ω"), ("omicron", "ο"), ("phi", "φ"), ("pi", "π"), ("psi", "ψ"), ("rho", "ρ"),
    ("sigma", "σ"), ("tau", "τ"), ("theta", "θ"), ("upsilon", "υ"), ("xi", "ξ"), ("zeta", "ζ"),
    ("varepsilon", "ε"), ("varkappa", "ϰ"), ("varphi", "φ"), ("varpi", "ϖ"), ("varrho", "ϱ"),
    ("varsigma", "ς"), ("vartheta", "ϑ"), ("ell", "ℓ"), ("nabla", "∇"), ("infty", "∞"),
    ("Alpha", "Α"), ("Beta", "Β"), ("Chi", "Χ"), ("Delta", "Δ"), ("Epsilon", "Ε"), ("Eta", "Η"),
    ("Gamma", "Γ"), ("Iota", "Ι"), ("Kappa", "Κ"), ("Lambda", "Λ"), ("Mu", "Μ"), ("Nu", "Ν"),
    ("Omega", "Ω"), ("Omicron", "Ο"), ("Phi", "Φ"), ("Pi", "Π"), ("Psi", "Ψ"), ("Rho", "Ρ"),
    ("Sigma", "Σ"), ("Tau", "Τ"), ("Theta", "Θ"), ("Upsilon", "Υ"), ("Xi", "Ξ"), ("Zeta", "Ζ"),
  ]

  private static let operators: [(name: String, symbol: String)] = [
    ("approx", "≈"), ("cdot", "·"), ("ge", "≥"), ("geq", "≥"), ("le", "≤"), ("leq", "≤"),
    ("ne", "≠"), ("neq", "≠"), ("odot", "⊙"), ("prime", "′"), ("sqrt", "√"), ("times", "×"),
  ]
}

extension Name {
  /// The name that a spelling stands for: `θ_1`, `θ₁` and `\theta1` get the key `θ1`.
  ///
  /// A leading `\theta` is shown as θ, everything else as it was typed. Composed and decomposed
  /// letters need no care here: Swift compares strings by canonical equivalence.
  public init(_ spelling: String) {
    let shown = Name.replacingSymbolName(in: spelling)
    self.init(key: Name.canonicalKey(shown), spelling: shown)
  }

  private static func replacingSymbolName(in spelling: String) -> String {
    guard spelling.utf8.first == UInt8(ascii: "\\") else { return spelling }
    let word = spelling.dropFirst().prefix { $0.isASCII && $0.isLetter }
    guard let symbol = SymbolNames.symbol(named: word) else { return spelling }
    return symbol + spelling[word.endIndex...]
  }

  private static func canonicalKey(_ spelling: String) -> String {
    if let key = symbolKeys[spelling] { return key }
    if !spelling.utf8.contains(where: { $0 >= 0x80 || $0 == UInt8(ascii: "_") }) { return spelling }
    var scalars = String.UnicodeScalarView()
    for scalar in spelling.unicodeScalars { scalars.append(canonicalScalar(scalar)) }
    return String(withoutUnderscoreBeforeNumber(scalars))
  }

  /// Symbols that are another spelling of a built-in name.
  private static let symbolKeys = ["√": "sqrt", "∞": "inf"]

  /// Subscript digits are digits; letters that only a font tells apart from a Greek one are it.
  private static func canonicalScalar(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar {
    case "₀"..."₉": Unicode.Scalar(UInt8(scalar.value - 0x2080 + 0x30))
    case "\u{B5}": "μ"
    case "\u{3F5}": "ε"
    case "\u{3D5}": "φ"
    default: scalar
    }
  }

  /// `θ_1` → `θ1`. The underscore stays in `w1_2`, which is not `w12`, and where nothing else
  /// precedes it.
  private static func withoutUnderscoreBeforeNumber(
    _ scalars: String.UnicodeScalarView
  ) -> String.UnicodeScalarView {
    let stem = scalars.reversed().drop { "0"..."9" ~= $0 }
    let bare = stem.drop { $0 == "_" }
    guard stem.count < scalars.count, let last = bare.first, !("0"..."9" ~= last) else {
      return scalars
    }
    var result = String.UnicodeScalarView(bare.reversed())
    result.append(contentsOf: scalars.suffix(scalars.count - stem.count))
    return result
  }
}

extension Unicode.Scalar {
  /// Whether a name may begin with it: any letter.
  var startsName: Bool {
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .letterNumber:
      true
    default: self == "_"
    }
  }

  /// Whether a name may go on with it: letters, digits, subscript digits and combining marks.
  var continuesName: Bool {
    switch properties.generalCategory {
    case .decimalNumber, .nonspacingMark, .spacingMark: true
    default: startsName || "₀"..."₉" ~= self
    }
  }

  /// The digit that a superscript stands for, `-` for ⁻; nil for other characters.
  var superscript: Character? {
    switch self {
    case "⁻": "-"
    case "¹": "1"
    case "²": "2"
    case "³": "3"
    case "⁰", "⁴"..."⁹": Character(Unicode.Scalar(UInt8(value - 0x2070 + 0x30)))
    default: nil
    }
  }
}
