/// What is wrong with something the user wrote, where, and what to do about it.
public struct Diagnostic: Error, Sendable {
  public enum Severity: String, Sendable { case error, warning, note }

  public var severity: Severity
  /// What is wrong, in lower case and without a full stop.
  public var message: String
  /// Where; nil when no place in the input is to blame.
  public var span: SourceSpan?
  /// The line to type instead, or the way out.
  public var hint: String?
  public var notes: [String]
  /// Whether a value is to blame, an index outside its array: then it is an error only where that
  /// value is asked for.
  public var isOfValue: Bool

  public init(
    _ message: String, at span: SourceSpan? = nil, hint: String? = nil, notes: [String] = [],
    severity: Severity = .error, isOfValue: Bool = false
  ) {
    self.isOfValue = isOfValue
    self.severity = severity
    self.message = message
    self.span = span
    self.hint = hint
    self.notes = notes
  }
}
