import AD
import Expr

enum ClaimCommand: Command {
  static let name = "claim"
  static let summary = "judge of an identity: proved, refuted with a counter-example, or unknown"
  static let usage = ":claim a == b"
  static let discussion = """
    Proved means that rewriting under exact rules reaches zero: the two sides are equal wherever both
    are defined. Refuted shows a point, the simplest that was found, where they differ by far more
    than rounding. Else unknown, with the largest relative difference at random points. Of small
    arrays the entries are compared, which proves a claim for arrays of these shapes. Names that
    are bound vary too, data excepted; a name that is not bound is a number. Derivatives may be used.
    """
  static let examples = [
    ":claim sin(x)^2 + cos(x)^2 == 1", ":claim sqrt(x^2) == x", "w0 = 0.5",
    "f = log(1 + exp(-3.5*w0))", ":claim grad(f, w0) == -3.5/(1 + exp(3.5*w0))",
  ]

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    let claim = try Claim(arguments, in: session)
    let verdict = try claim.verdict()
    return Output(blocks: verdict.blocks, json: [verdict.json(claim.text)])
  }
}

extension Claim.Verdict {
  var blocks: [Output.Block] {
    let format = NumberFormat()
    switch kind {
    case .proved:
      let sizes = shapes.map { "\($0.name) a \($0.shape)" }.joined(separator: ", ")
      return [
        .paragraph(
          StyledText("proved", .name)
            + StyledText(
              ": the sides are equal wherever both are defined"
                + (sizes.isEmpty ? "" : ", entry by entry for \(sizes)")))
      ]
    case .refuted:
      let format = ValueFormat(digits: 6)
      let place = point.map { "\($0.name) = \(format.line($0.value, width: 60))" }
      var blocks: [Output.Block] = [
        .line(
          StyledText("refuted", .error)
            + StyledText(place.isEmpty ? "" : ", for example at \(place.joined(separator: ", "))"))
      ]
      if let left { blocks.append(.value(name: StyledText("left", .symbol), .tensor(left))) }
      if let right { blocks.append(.value(name: StyledText("right", .symbol), .tensor(right))) }
      return blocks
    case .unknown:
      let found =
        points == 0
        ? "no point was found where both sides are defined"
        : "no proof, and no difference at \(points) point\(points == 1 ? "" : "s"); "
          + "the largest relative difference is \(format.string(difference))"
      return [.paragraph(StyledText("unknown", .warning) + StyledText(": \(found)"))]
    }
  }

  func json(_ text: String) -> JSONValue {
    .object([
      ("command", .string(ClaimCommand.name)), ("of", .string(text)),
      ("verdict", .string(kind.rawValue)),
      ("at", .object(point.map { ($0.name.spelling, JSONValue($0.value)) })),
      ("left", left.map { JSONValue($0) } ?? .null),
      ("right", right.map { JSONValue($0) } ?? .null), ("difference", .number(difference)),
      ("points", .integer(points)),
      (
        "shapes",
        .object(
          shapes.map { item in
            (item.name.spelling, .array(item.shape.dimensions.map { .integer($0) }))
          })
      ),
    ])
  }
}
