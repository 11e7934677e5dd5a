/// A name as the user wrote it. `θ1`, `θ_1` and `θ₁` are one name: equality is that of `key`.
public struct Name: Hashable, Sendable, CustomStringConvertible {
  /// The canonical form: subscripts as digits, no underscore before a final number, `\theta` as θ.
  public let key: String
  /// The spelling to show.
  public let spelling: String

  public init(key: String, spelling: String) {
    self.key = key
    self.spelling = spelling
  }

  public static func == (a: Name, b: Name) -> Bool { a.key == b.key }
  public func hash(into hasher: inout Hasher) { hasher.combine(key) }
  public var description: String { spelling }
}

/// The index of a node in its `SyntaxTree`.
public struct SyntaxID: Hashable, Sendable {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }
}

public enum UnaryOperator: String, Sendable { case negate = "-", plus = "+", not = "not" }

public enum BinaryOperator: String, Sendable {
  case add = "+"
  case subtract = "-"
  /// The product of linear algebra; also `@` and juxtaposition (`3.5w`).
  case multiply = "*"
  case divide = "/"
  case power = "^"
  case elementMultiply = ".*"
  case elementDivide = "./"
  case elementPower = ".^"
  case and, or
}

public enum ComparisonOperator: String, Sendable {
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  /// `≈` or `~=`; only `assert` gives it a meaning.
  case approximatelyEqual = "≈"
}

/// `pattern in range`, in a comprehension or a loop. The pattern is a `.name` or a `.tuple` of them.
public struct Generator: Sendable {
  public let pattern: SyntaxID
  public let range: SyntaxID
  public init(pattern: SyntaxID, range: SyntaxID) {
    self.pattern = pattern
    self.range = range
  }
}

/// One argument of a call, `dim=1` with a label.
public struct Argument: Sendable {
  public let label: Name?
  public let value: SyntaxID
  public init(label: Name?, value: SyntaxID) {
    self.label = label
    self.value = value
  }
}

/// One statement and whether a trailing `;` keeps it silent.
public struct Statement: Sendable {
  public let node: SyntaxID
  public let isSilent: Bool
  public init(node: SyntaxID, isSilent: Bool) {
    self.node = node
    self.isSilent = isSilent
  }
}

/// What a node of the syntax tree is. Children are ids into the same tree, so no case is recursive
/// and freeing a tree never recurses, however deep it is.
public enum SyntaxNode: Sendable {
  // Expressions
  case number(Double)
  case string(String)
  case name(Name)
  /// `:` alone as an index.
  case wholeDimension
  /// `end` inside an index.
  case end
  case unary(UnaryOperator, SyntaxID)
  case binary(BinaryOperator, SyntaxID, SyntaxID)
  /// `a < b <= c`: one operator fewer than operands.
  case comparison([ComparisonOperator], [SyntaxID])
  case range(start: SyntaxID, step: SyntaxID?, end: SyntaxID)
  /// `if c then a else b`, or the statement `if c { … } else { … }` (then `otherwise` may be nil).
  case conditional(SyntaxID, then: SyntaxID, otherwise: SyntaxID?)
  case call(SyntaxID, [Argument])
  case index(SyntaxID, [SyntaxID])
  case member(SyntaxID, Name)
  /// One `'` behind an expression: a transpose, or a derivative where it is a function.
  case prime(SyntaxID)
  /// `[1, 2]` is one row of two, `[1; 2]` two rows of one.
  case array(rows: [[SyntaxID]])
  /// `body for … if …`, in `[ ]` (an array) or as the argument of a call (`sum(…)`).
  /// Outer list: `for … for …` (one flat list); inner list: `for i in R, j in S` (a matrix).
  case comprehension(body: SyntaxID, generators: [[Generator]], condition: SyntaxID?)
  /// Each parameter is a pattern: `.name` or `.tuple`.
  case lambda(parameters: [SyntaxID], body: SyntaxID)
  case tuple([SyntaxID])
  case block([Statement])

  // Statements
  /// `w = e`, `a, b = e`, `(A, b) = e`, `data X = e`. A target is a `.name`, `.index` or `.tuple`.
  case definition(targets: [SyntaxID], value: SyntaxID, isData: Bool)
  /// `w := e`, `x[2] := e`, `a, b := e1, e2`.
  case update(targets: [SyntaxID], values: [SyntaxID])
  case function(Name, parameters: [SyntaxID], body: SyntaxID)
  case print([SyntaxID])
  /// `assert condition within tolerance [abs]`.
  case assertion(SyntaxID, tolerance: SyntaxID?, isAbsolute: Bool)
  case repetition(count: SyntaxID, body: SyntaxID)
  case forLoop([Generator], body: SyntaxID)
  case whileLoop(SyntaxID, body: SyntaxID)
  /// `:grad f at x=1`: the word behind the colon and the byte range of what follows it.
  case command(String, arguments: Range<Int>)
  /// `:expect-error statement`.
  case expectError(SyntaxID)
  /// A statement behind `:expect-error` that does not parse, and why.
  case malformed(Diagnostic)
}

/// The statements of one piece of source, in flat arrays: children always precede their parents.
public struct SyntaxTree: Sendable {
  public let source: SourceText
  public private(set) var nodes: [SyntaxNode] = []
  private var spans: [Range<Int32>] = []
  public private(set) var statements: [Statement] = []

  public init(source: SourceText) { self.source = source }

  public subscript(id: SyntaxID) -> SyntaxNode { nodes[Int(id.rawValue)] }

  public func range(of id: SyntaxID) -> Range<Int> {
    let span = spans[Int(id.rawValue)]
    return Int(span.lowerBound)..<Int(span.upperBound)
  }

  public func span(of id: SyntaxID) -> SourceSpan { SourceSpan(source, range(of: id)) }

  /// The source text of a node, as typed.
  public func text(of id: SyntaxID) -> String { source.text(in: range(of: id)) }

  /// Appends a node; its children must be in the tree already.
  public mutating func append(_ node: SyntaxNode, _ range: Range<Int>) -> SyntaxID {
    nodes.append(node)
    spans.append(Int32(range.lowerBound)..<Int32(range.upperBound))
    return SyntaxID(rawValue: Int32(nodes.count - 1))
  }

  public mutating func appendStatement(_ statement: Statement) { statements.append(statement) }
}
