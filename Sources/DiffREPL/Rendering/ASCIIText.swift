/// ASCII forms of what DiffREPL and its users write in Unicode: `λ_1` is `lambda_1`, `∂f/∂w` is
/// `df/dw`, `v̄` is `vbar`. What has no form becomes `?`.
enum ASCIIText {
  /// - Parameter next: the scalar that follows the text, where it is part of a longer one.
  static func transliterated(_ text: String, before next: Unicode.Scalar? = nil) -> String {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
    var result = ""
    var script: Script?
    let scalars = Array(text.unicodeScalars)
    for (i, scalar) in scalars.enumerated() {
      let following = i + 1 < scalars.count ? scalars[i + 1] : next
      if let short = contextual(scalar, after: result.last, before: following) {
        script = nil
        result += short
      } else if scalar.isASCII {
        script = nil
        result.unicodeScalars.append(scalar)
      } else if let symbol = symbols[scalar] {
        script = nil
        result += symbol
      } else if let word = words[scalar] {
        script = nil
        if let last = result.last, last.isLetter || last.isNumber { result += " " }
        result += word
        if let following, continuesWord(following) { result += " " }
      } else if let (kind, text) = scripted(scalar) {
        // One mark for a whole run: ₁₂ is _12.
        if script != kind { result += kind.rawValue }
        script = kind
        result += text
      } else {
        script = nil
        result += named(scalar)
      }
    }
    return result
  }

  /// Signs that depend on what stands beside them: ‖Δw‖ is `||dw||`, as ∂w is `dw`, though a name Δw is
  /// spelt out; `5 µs` are `5 us`.
  private static func contextual(
    _ scalar: Unicode.Scalar, after last: Character?, before next: Unicode.Scalar?
  ) -> String? {
    guard let next else { return nil }
    switch scalar {
    case "Δ": return last == "|" && next.properties.isAlphabetic ? "d" : nil
    case "µ": return last == " " && next == "s" ? "u" : nil
    default: return nil
    }
  }

  private static func continuesWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || scalar.properties.numericType == .decimal
      || words[scalar] != nil || scalar == "∂"
  }

  private enum Script: String { case lower = "_", upper = "^" }

  /// Digits, letters and signs above or below the line.
  private static func scripted(_ scalar: Unicode.Scalar) -> (Script, String)? {
    let name = scalar.properties.name ?? ""
    let kind: Script
    if name.hasPrefix("SUBSCRIPT ") || name.contains(" SUBSCRIPT ") {
      kind = .lower
    } else if name.hasPrefix("SUPERSCRIPT ") || name.hasPrefix("MODIFIER LETTER ") {
      kind = .upper
    } else {
      return nil
    }
    if let value = scalar.properties.numericValue { return (kind, String(Int(value))) }
    for (word, sign) in [
      ("MINUS", "-"), ("PLUS", "+"), ("EQUALS", "="), ("LEFT", "("), ("RIGHT", ")"),
    ]
    where name.contains(word) {
      return (kind, sign)
    }
    return (kind, letter(named: name) ?? "?")
  }

  /// What the Unicode name of a character says it looks like.
  private static func named(_ scalar: Unicode.Scalar) -> String {
    switch scalar.value {
    case 0x2500...0x257F: return boxDrawing(scalar.properties.name ?? "")
    case 0x2580...0x259F: return "#"
    case 0x25A0...0x25FF: return "*"
    case 0x2800: return " "
    case 0x2801...0x28FF: return "*"
    default: break
    }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return ""
    case .spaceSeparator: return " "
    default: break
    }
    let name = scalar.properties.name ?? ""
    let families = ["LATIN", "GREEK", "MATHEMATICAL", "SCRIPT", "DOUBLE-STRUCK", "BLACK-LETTER"]
    guard families.contains(where: { name.hasPrefix($0 + " ") }) else { return "?" }
    return letter(named: name) ?? "?"
  }

  private static func boxDrawing(_ name: String) -> String {
    if name.contains("DIAGONAL") { return name.contains("UPPER RIGHT") ? "/" : "\\" }
    let turns = ["AND", "DOWN", "UP", "LEFT", "RIGHT", "CROSS"]
    if name.split(separator: " ").contains(where: { turns.contains(String($0)) }) { return "+" }
    return name.contains("HORIZONTAL") ? "-" : "|"
  }

  /// The letter in a name such as GREEK SMALL LETTER LAMDA, or LATIN SMALL LETTER X WITH DOT ABOVE.
  private static func letter(named name: String) -> String? {
    let words = name.split(separator: " ").map(String.init)
    let base = words.prefix { $0 != "WITH" }.filter { $0 != "SYMBOL" }
    guard base.count > 1, var letter = base.last else { return nil }
    if letter == "LAMDA" { letter = "LAMBDA" }  // Unicode spells it so
    let isCapital = words.contains("CAPITAL")
    letter = isCapital ? letter.prefix(1) + letter.dropFirst().lowercased() : letter.lowercased()
    let mark = words.dropFirst(base.count).joined(separator: " ")
    return letter + (accents.first { mark.hasPrefix($0.key) }?.value ?? "")
  }

  /// Accents that mean something in formulas; others are left out.
  private static let accents = [
    "WITH MACRON": "bar", "WITH DOT ABOVE": "dot", "WITH CIRCUMFLEX": "hat", "WITH TILDE": "tilde",
  ]

  /// Signs that read as words: apart from the letters beside them.
  private static let words: [Unicode.Scalar: String] = [
    "∇": "grad", "∑": "sum", "∏": "prod", "√": "sqrt", "∫": "int", "∈": "in", "∞": "inf",
  ]

  private static let symbols: [Unicode.Scalar: String] = [
    "\u{304}": "bar", "\u{305}": "bar", "\u{307}": "dot", "\u{308}": "ddot", "\u{302}": "hat",
    "\u{303}": "tilde", "\u{20D7}": "vec",
    "∂": "d", "ℓ": "l", "ϕ": "phi", "ϵ": "epsilon", "ß": "ss", "ı": "i", "µ": "mu",
    "⊙": ".*", "·": "*", "⋅": "*", "∙": "*", "•": "*", "∗": "*", "×": "x", "÷": "/", "−": "-",
    "⊗": "(x)", "⊕": "(+)", "⊛": "(*)", "∘": "o", "±": "+/-", "ᵀ": "'", "⊤": "'", "′": "'",
    "″": "''", "½": "1/2", "¼": "1/4", "¾": "3/4",
    "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~=", "≡": "==", "≪": "<<", "≫": ">>", "∝": "~",
    "→": "->", "←": "<-", "↔": "<->", "↦": "|->", "⇒": "=>", "⇐": "<=", "⇔": "<=>", "↑": "^",
    "↓": "v", "▲": "^", "▼": "v", "▶": ">", "▸": ">", "◀": "<", "◂": "<", "○": "o", "◦": "o",
    "‖": "||", "∥": "||", "⟨": "<", "⟩": ">", "〈": "<", "〉": ">", "…": "...", "⋯": "...",
    "⋮": ":", "⋱": "...", "–": "-", "—": "-", "‐": "-", "‑": "-", "‘": "'", "’": "'", "“": "\"",
    "”": "\"", "«": "\"", "»": "\"", "✓": "ok", "✗": "x", "✘": "x", "°": "deg", "§": "section ",
    "©": "(c)", "®": "(R)", "™": "(TM)",
  ]
}

extension StyledText {
  /// The text in ASCII, its styles kept.
  var transliterated: StyledText {
    var result = self
    for i in runs.indices {
      let next = i + 1 < runs.count ? runs[i + 1].text.unicodeScalars.first : nil
      result.runs[i].text = ASCIIText.transliterated(runs[i].text, before: next)
    }
    return result
  }
}
