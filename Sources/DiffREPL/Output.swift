import Expr

/// A result as data: blocks for people and an object for `--json`. Renderers decide on width,
/// colour and character set; commands never print.
struct Output: Sendable {
  var blocks: [Block] = []
  /// Several for statements that yield more than one object (a value and its warning).
  var json: [JSONValue] = []

  indirect enum Block: Sendable {
    case line(StyledText)
    /// A sentence, wrapped to the width.
    case paragraph(StyledText)
    /// `name = value`: the renderer lays the value out (matrices under each other).
    case value(name: StyledText, Value)
    /// The same with the number of digits of each entry that are certain; the others are set apart.
    case certified(name: StyledText, Tensor, digits: [Int])
    case table(Table)
    case plot(Plot)
    /// What an optimiser did, iteration by iteration.
    case iterations(IterationView)
    /// A curve in one line of bars, for an impression.
    case sparkline(label: String, [Double], isLogarithmic: Bool)
    case blank
    /// A note or a warning: `note: …`, `warning: …`.
    case diagnostic(Diagnostic)
    /// Shown one after the other at the prompt, all at once in a script.
    case pages([[Block]])
  }
}

/// Text in runs of one style each.
struct StyledText: Sendable, Equatable, ExpressibleByStringInterpolation {
  enum Style: Sendable {
    case plain, name, number, symbol, adjoint, faint, heading, warning, error, uncertain
  }

  struct Run: Sendable, Equatable {
    var text: String
    var style: Style
  }

  var runs: [Run]

  init(_ text: String, _ style: Style = .plain) {
    runs = text.isEmpty ? [] : [Run(text: text, style: style)]
  }
  init(stringLiteral text: String) { self.init(text) }

  static func + (a: StyledText, b: StyledText) -> StyledText {
    var sum = a
    sum.runs += b.runs
    return sum
  }

  /// The text without its styles.
  var text: String { runs.map(\.text).joined() }
}

/// Rows and columns that the renderer fits to the width: gaps shrink first, then numbers lose
/// digits, then formulas wrap onto further lines.
struct Table: Sendable {
  struct Column: Sendable {
    enum Kind: Sendable {
      /// Never wrapped or shortened: symbols.
      case symbol
      /// Left-aligned text that may wrap between words.
      case formula
      /// Numbers: left-aligned behind a place for the sign, shortened when the width asks for it.
      case value
      /// Right-aligned whole numbers and labels.
      case count
    }

    var header: StyledText
    var kind: Kind
    /// Blanks before the column when there is room; at the least one (two before a symbol).
    var gap: Int
    /// A header wider than its column may run on over the next one's.
    var headerSpansNext: Bool = false
  }

  enum Cell: Sendable {
    case empty
    case text(StyledText)
    case value(Tensor)
    /// A Jacobian known to be diagonal, given by its diagonal.
    case diagonal(Tensor)
  }

  var columns: [Column]
  var rows: [[Cell]]
  /// Lines above the column headers, blanks around them (the title of an adjoint table).
  var title: [StyledText] = []
  /// The column before which a table too wide for its formulas is cut into two, set under each other.
  var foldsAt: Int?
}

/// A JSON value whose object keys keep their order.
enum JSONValue: Sendable {
  case null
  case bool(Bool)
  /// inf and nan are written as the strings "inf", "-inf", "nan".
  case number(Double)
  case integer(Int)
  case unsigned(UInt64)
  case string(String)
  case array([JSONValue])
  case object([(key: String, value: JSONValue)])
}
