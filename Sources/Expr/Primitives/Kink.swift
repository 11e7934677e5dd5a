/// Where a primitive has no derivative, the slopes possible there, and which is taken: its part of the
/// conventions. Gradients that pass through one are warned of and explained from it.
///
/// There every such primitive is positively homogeneous in what it jumps in, so that its derivative to
/// one side is the primitive itself, of the tangents.
public struct Kink: Sendable {
  /// At which of its points that is.
  public enum Place: Sendable {
    /// The operand is 0, entry by entry.
    case zeroOperand
    /// The two operands are equal, entry by entry.
    case tie
    /// The result is 0, as a length is where all of its operand is.
    case zeroResult
    /// More than one entry is the greatest, or the least.
    case sharedExtreme(isGreatest: Bool)
  }

  public let place: Place
  public let slopes: ClosedRange<Double>
  /// What is taken: `abs'(0) = 0`.
  public let convention: String
  /// A smooth function near it, in x; nil where nobody would write one.
  public let smooth: String?

  init(
    _ place: Place, slopes: ClosedRange<Double>, convention: String, smooth: String? = nil
  ) {
    self.place = place
    self.slopes = slopes
    self.convention = convention
    self.smooth = smooth
  }
}

/// Where a primitive has a value, and what holds at the edge: what `:why` and `:help` say of it.
public struct Domain: Sendable {
  /// In its operands x and y: `x > 0`; nil if it has a value everywhere.
  public let condition: String?
  /// What is taken at the edge: `sqrt'(0) = inf`.
  public let convention: String?
  /// What to write where x may leave the domain, in x and y.
  public let inside: String?
  /// What to write where the slope is to be finite at the edge, in x and y.
  public let rounded: String?

  init(
    _ condition: String?, convention: String? = nil, inside: String? = nil, rounded: String? = nil
  ) {
    self.condition = condition
    self.convention = convention
    self.inside = inside
    self.rounded = rounded
  }
}
