import Expr

enum SeedCommand: Command {
  static let name = "seed"
  static let summary = "start the random numbers anew"
  static let usage = ":seed n"
  static let discussion = """
    The same seed gives the same numbers on every platform (xoshiro256++). A session starts with the
    seed 0, or that of --seed.
    """
  static let examples = [":seed 42", "randn(3)"]

  static func run(
    _ arguments: CommandArguments, in session: inout Session
  ) throws(Diagnostic) -> Output {
    guard let seed = UInt64(arguments.targetText) else {
      throw Diagnostic(
        "a seed is a whole number of at least 0", at: arguments.span, hint: ":seed 42")
    }
    session.change(":seed \(seed)") { $0.random = RandomGenerator(seed: seed) }
    return Output(json: [.object([("command", .string(name)), ("seed", .unsigned(seed))])])
  }
}
