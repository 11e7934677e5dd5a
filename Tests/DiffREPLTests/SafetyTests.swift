import Expr
import Testing

@testable import DiffREPL

/// What is too large is an error before any memory is taken, and the session goes on.
@Suite struct SafetyTests {
  /// Statements and what the error names.
  static let tooLarge: [(statement: String, size: String)] = [
    ("zeros(10^12)", "7451 GiB"), ("x = ones(10^6, 10^6)", "7451 GiB"),
    ("randn(10^6, 10^6)", "7451 GiB"), ("rand(10^12)", "7451 GiB"),
    ("permutation(10^12)", "GiB"), ("randint(1, 5, 10^12)", "GiB"),
    ("zeros(10^10, 10^10)", "PiB"), ("eye(10^6)", "eye(1000000)"),
    ("zeros(10^15)", "1e15"), ("x = 1:10^15", "1e15"), ("x = 1:10^12", "GiB"),
    ("x = ones(10^7); outer(x, x)", "727.6 TiB"),
    ("x = ones(10^7); x*x'", "727.6 TiB"), ("x = ones(10^7); x + x'", "727.6 TiB"),
    ("hcat(zeros(10^11), zeros(10^11))", "GiB"), ("vcat(zeros(10^11), 1:10^12)", "GiB"),
    ("cumsum(cumsum(zeros(10^12)))", "GiB"), ("reshape(1:10^12, 10^6, 10^6)", "GiB"),
    ("[i^2 for i in 1:10^12]", "GiB"), ("[i*j for i in 1:10^7, j in 1:10^7]", "1e14"),
    ("map(x -> x^2, 1:10^12)", "GiB"), ("sum(1:10^12)", "GiB"),
    ("fold((a, b) -> a + b, 0, 1:10^12)", "GiB"), ("scan((a, b) -> a + b, 0, 1:10^12)", "GiB"),
    ("for i in 1:10^12 { keep := i }", "GiB"), ("iterate(x -> x/2, 1, 10^18)", "1e18"),
    ("sum(i for i in 1:10^18)", "1e18"), ("zeros(3)[1:10^18]", "1e18"),
    ("diag(ones(10^6))", "GiB"), ("inv(zeros(10^6, 10^6))", "GiB"),
    ("solve(zeros(10^6, 10^6), ones(10^6))", "GiB"), ("(1:10^12)'", "GiB"),
    ("linspace(0, 1, 10^12)", "GiB"), ("x = ones(10^6); :hess sum(x.^2)", "1000000×1000000"),
  ]

  @Test(arguments: tooLarge.indices) func namesTheSizeAndTheMend(index: Int) {
    let (statement, size) = Self.tooLarge[index]
    let replay = Replay("keep = 41\n\(statement)\nkeep + 1", keepGoing: true)
    #expect(replay.errors.count == 1, "\(statement): \(replay.text)")
    guard let error = replay.errors.first else { return }
    #expect(error.message.contains(size), "\(statement): \(error.message)")
    #expect(error.hint != nil && error.span != nil, "\(statement): \(error.message)")
    #expect(replay.text.hasSuffix("ans = 42\n"), "\(statement): \(replay.text)")
  }

  /// Towers of operations on arrays that no machine holds.
  @Test(arguments: 1...60) func hugeTowersAreErrors(seed: Int) {
    var tower = HugeTower(seed: UInt64(seed))
    let statement = tower.vector(depth: 1 + seed % 5)
    let replay = Replay("keep = 41\nx = \(statement)\n\(statement)\nkeep + 1", keepGoing: true)
    #expect(replay.errors.count == 2, "\(statement): \(replay.text)")
    for error in replay.errors { #expect(error.hint != nil, "\(statement): \(error.message)") }
    #expect(replay.text.hasSuffix("ans = 42\n"), "\(statement): \(replay.text)")
  }

  @Test(arguments: [
    String(repeating: "(", count: 3_000), String(repeating: "[", count: 3_000) + "1",
    String(repeating: "sin(", count: 3_000) + "1" + String(repeating: ")", count: 3_000),
    String(repeating: "-", count: 3_000) + "1", "1" + String(repeating: "^1", count: 3_000),
    "1" + String(repeating: "+keep", count: 3_000), "x" + String(repeating: "'", count: 3_000),
    String(repeating: "if 1 {", count: 3_000), String(repeating: "x -> ", count: 3_000) + "1",
    String(repeating: "{", count: 3_000), String(repeating: "f(x) = ", count: 3_000) + "1",
  ])
  func deepNestingEndsNoProcess(_ statement: String) {
    let replay = Replay("keep = 41\n\(statement)\n", keepGoing: true)
    #expect(replay.text.hasPrefix("keep = 41\n"))
  }

  /// Under a limit of the system half of it is for programs, as of the memory of the machine. (The
  /// address sanitizer needs more addresses than that.)
  @Test(.disabled(if: Sanitizer.isOn)) func limitsOfTheProcessCount() throws {
    let script = "keep = 41\nx = zeros(2*10^8)\nkeep + 1"
    let limited = try Program.run(["--sandbox", "--keep-going"], input: script)
    #expect(limited.output.hasSuffix("ans = 42\n"))
    #expect(limited.errors.contains("more memory than the limit of 512 MiB"))
  }
}

/// Random expressions over arrays of at least 10¹¹ entries.
private struct HugeTower {
  private var random: RandomGenerator

  init(seed: UInt64) { random = RandomGenerator(seed: seed) }

  private mutating func pick(_ choices: [String]) -> String {
    choices[random.integer(in: 0...choices.count - 1)]
  }

  /// An expression for a vector.
  mutating func vector(depth: Int) -> String {
    let count = pick(["10^11", "10^12", "3*10^13", "2^40", "10^14 + 7"])
    guard depth > 0 else {
      return pick([
        "zeros(\(count))", "ones(\(count))", "(1:\(count))", "randn(\(count))", "rand(\(count))",
        "linspace(0, 1, \(count))", "permutation(\(count))", "[i^2 for i in 1:\(count)]",
        "map(x -> x + 1, 1:\(count))", "randint(1, 6, \(count))",
        "scan((a, b) -> a + b, 0, 1:\(count))", "flatten(zeros(\(count), 3))",
      ])
    }
    let inner = vector(depth: depth - 1)
    switch random.integer(in: 0...7) {
    case 0: return "cumsum(\(inner))"
    case 1: return "(2*sin(\(inner)) + 1)"
    case 2: return "vcat(\(inner), \(vector(depth: depth - 1)))"
    case 3: return "sum(outer(\(inner), \(inner)), dim=1)'"
    case 4: return "hcat(\(inner), \(inner))[:, 1]"
    case 5: return "where(\(inner) > 0, 1, 2)"
    case 6: return "fold((a, k) -> a + k, \(inner), 1:3)"
    default: return "softmax(\(inner))"
    }
  }
}
