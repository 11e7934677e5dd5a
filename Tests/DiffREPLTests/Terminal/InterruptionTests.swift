import Testing

/// Ctrl-C at the prompt while something long runs: an error soon, and the session goes on.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct InterruptionTests {
  /// Preparation, and a statement that takes many seconds.
  static let programs: [(setup: String, line: String)] = [
    ("x = rand(10^6)", "sum(sum(tanh(x*i).*exp(-x.^2)) for i in 1:100000)"),
    ("A = rand(2500, 2500)", "sum(A*(A*(A*(A*A))))"),
    ("x = 1", "iterate(x -> sin(x) + 0.1, 1, 10^12)"),
    ("x = rand(1000)", "sum(iterate(x -> sin(x) + 0.1, x, 10^9))"),
    ("A = rand(1500, 1500)", "sum(inv(A))"),
    ("A = rand(1500, 1500)", "det(A) + det(2*A) + det(3*A) + det(4*A)"),
    ("A = rand(1000, 1000) + 1000*eye(1000)", ":grad sum(cholesky(A + A'))"),
    ("p = permutation(10^6)", "fold((s, i) -> s + sum((p*i)[p]), 0, 1:100000)"),
    ("x = rand(12000)", "sum(cumsum(outer(x, x)))"),
    ("x = 1", "sum(randn(10^8))"),
    ("x = 1", "sum(permutation(10^8))"),
    ("x = 1", "sum(i for i in 1:10^8 if i > 3)"),
    ("x = 1", "sum(i*j for i in 1:10^4, j in 1:10^4)"),
    ("x = 0", "for i in 1:10^7 { x := x + i }"),
    ("x = rand(10^5)", ":minimize sum(x.^4) step=1e-9 tol=0 iters=1000000000"),
    // Steps without a look in between, each one call.
    ("x = [3, 4, 5]", ":minimize sum((x - 1).^2) step=1e-12 tol=0 iters=10^12"),
  ]

  @Test(arguments: programs.indices) func endsALongRun(index: Int) throws {
    let (setup, line) = Self.programs[index]
    let folder = try TemporaryFolder()
    let terminal = try PseudoTerminal.start(
      arguments: ["--no-history"], home: folder.root, columns: 120)
    try terminal.expect("∂> ")
    terminal.send("keep = 41\r\(setup);\r")
    try terminal.expect("keep = 41")
    try terminal.expect("∂> \(setup)")
    try terminal.expect("∂> ", within: .seconds(60))
    terminal.send("\(line)\r")
    #expect(!terminal.appears("∂> ", within: .milliseconds(400)), "ended by itself")
    terminal.send("\u{3}")
    // A tenth of this in a release build; the tests run many at a time, and without optimisation.
    try terminal.expect("∂> ", within: .seconds(4))
    terminal.send("keep + 1\r")
    try terminal.expect("ans = 42")
  }

  /// A race says what was running, and what never ran.
  @Test func namesTheMethodsOfAnInterruptedRace() throws {
    let folder = try TemporaryFolder()
    let terminal = try PseudoTerminal.start(
      arguments: ["--no-history"], home: folder.root, columns: 120)
    try terminal.expect("∂> ")
    terminal.send("x = ones(10^5);\r")
    try terminal.expect("∂> ", within: .seconds(60))
    terminal.send(":minimize sum(x.^4) method=gd,nesterov step=1e-9 tol=0 iters=1000000000\r")
    #expect(!terminal.appears("stopped by", within: .milliseconds(400)), "ended by itself")
    terminal.send("\u{3}")
    try terminal.expect("stopped by", within: .seconds(8))
    try terminal.expect("interrupted: nesterov did not run", within: .seconds(8))
  }
}
