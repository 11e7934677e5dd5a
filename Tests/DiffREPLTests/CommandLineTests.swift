import Testing

@testable import DiffREPL

/// The program as a shell sees it: options, order, streams and exit codes.
@Suite struct CommandLineTests {
  struct Run: Sendable, CustomTestStringConvertible {
    let arguments: [String]
    var input = ""
    var output = ""
    var errors = ""
    var code: Int32 = 0

    var testDescription: String { (["diffrepl"] + arguments).joined(separator: " ") }
  }

  private static let unknown = """
    error: unknown name 'q'
      q
      ^
      hint: q = 1 makes it a value, f(q) = … a parameter

    """

  static let usual: [Run] = [
    Run(arguments: ["-e", "x=2; x^2"], output: "ans = 4\n"),
    Run(arguments: ["--eval", "x=2;", "-e", "x^2"], output: "ans = 4\n"),
    Run(arguments: ["-e", "x=2", "-e", "x^2"], output: "x = 2\nans = 4\n"),
    Run(arguments: [], input: "x = 2\nx^2", output: "x = 2\nans = 4\n"),
    Run(arguments: [], input: "x = 2\r\nx^2\r\n", output: "x = 2\nans = 4\n"),
    Run(arguments: [], input: "\u{FEFF}1 + 1\n", output: "ans = 2\n"),
    Run(arguments: [], input: ""),
    Run(arguments: ["-e", "1", "-e", ":quit", "-e", "2"], output: "ans = 1\n"),
    Run(arguments: ["-"], input: "1 + 1", output: "ans = 2\n"),
    Run(
      arguments: [], input: "1\nq\n2", output: "ans = 1\n", errors: "<stdin>:2:1: \(unknown)",
      code: 1
    ),
    Run(arguments: ["-e", "1\nq\n2"], output: "ans = 1\n", errors: "-e:2:1: \(unknown)", code: 1),
    Run(arguments: ["-e", "q", "-e", "2"], errors: "-e:1:1: \(unknown)", code: 1),
    Run(
      arguments: ["--keep-going", "-e", "q", "-e", "2"], output: "ans = 2\n",
      errors: "-e:1:1: \(unknown)", code: 1),
    Run(
      arguments: ["--keep-going"], input: "q\n1\nq; 2\n3", output: "ans = 1\nans = 3\n",
      errors: "<stdin>:1:1: \(unknown)<stdin>:3:1: \(unknown.replacingFirstLine("  q; 2"))", code: 1
    ),
    Run(arguments: ["-e", "e = 3"], output: "\(note)e = 3\n"),
    Run(arguments: ["--quiet", "-e", "e = 3"], output: "e = 3\n"),
    Run(
      arguments: ["--echo"], input: "x = 1 # a\n# b\nx",
      output: "∂> x = 1 # a\nx = 1\n# b\n∂> x\nx = 1\n"),
    Run(arguments: ["--ascii", "--echo", "-e", "π"], output: "d> π\npi = 3.14159\n"),
    Run(arguments: ["--version"], output: "DiffREPL 0.1\n"),
    Run(
      arguments: ["/nowhere/at.all"],
      errors: "error: cannot read /nowhere/at.all: No such file or directory\n",
      code: 2),
    Run(arguments: ["/tmp"], errors: "error: cannot read /tmp: Is a directory\n", code: 2),
    Run(arguments: ["--color", "always", "-e", "x=1"], output: "\u{1B}[1mx\u{1B}[0m = 1\n"),
  ]

  /// Values go to standard output, errors to standard error with their place.
  @Test(arguments: usual) func runs(_ run: Run) throws {
    let program = try Program.run(run.arguments, input: run.input)
    #expect(program.output == run.output)
    #expect(program.errors == run.errors)
    #expect(program.exitCode == run.code)
  }

  private static let note =
    "note: 'e' hides the built-in of that name (:delete e gives it back)\n"

  /// Wrong options are a matter of usage, not of a statement.
  @Test(arguments: [
    (["--nosuch"], "Unknown option '--nosuch'"), (["--width", "5"], "at least 20 columns"),
    (["--width", "x"], "'x' is invalid"), (["--color", "red"], "'red' is invalid"),
    (["--threads", "0"], "--threads takes 1 to 256, auto"),
    (["--threads", "x"], "--threads takes 1 to 256, auto"), (["-e"], "Missing value"),
  ])
  func refusesUsage(arguments: [String], message: String) throws {
    let program = try Program.run(arguments, input: "1")
    #expect(program.exitCode == 2)
    #expect(program.output == "")
    #expect(program.errors.contains(message), "\(program.errors)")
  }

  /// Files and texts run in the order of the command line, whichever option names them.
  @Test func keepsTheOrderOfItsInputs() throws {
    let folder = try TemporaryFolder()
    try folder.write(Array("x = 1;".utf8), to: "a")
    try folder.write(Array("x = 2*x + 1;\n:undo\nx := 2*x + 1".utf8), to: "b")
    let (a, b) = (folder.path("a"), folder.path("b"))
    let inOrder = try Program.run([a, "-e", "x := x + 10", "-f", b, "-e", "x"])
    #expect(inOrder.exitCode == 1, "x = 2*x + 1 is an error")
    #expect(inOrder.errors.hasPrefix("\(b):1:1: error: 'x' cannot be defined by itself\n"))
    #expect(inOrder.output == "x = 11\n")
    try folder.write(Array("x := 2*x + 1".utf8), to: "b")
    let mended = try Program.run([a, "-e", "x := x + 10", "--file", b, "-e", "x", a, "-e", "x"])
    #expect(mended.output == "x = 11\nx = 23\nx = 23\nx = 1\n")
  }

  /// Simple command lines are read without the argument parser, and as it reads them.
  @Test(arguments: [
    [], ["-"], ["a", "-", "b"], ["-e", "x"], ["--eval", "x y", "--file", "f", "-f", "-", "s"],
    ["-e", "a", "-e", "b", "a"], ["b", "-e", "a", "-f", "b", "a"], ["-e", "x=1", "-e", ""], [""],
    ["--json", "--json", "-i", "-e", "x"], ["-e", "help", "help"], ["-e", "\u{2212}1"],
    Switch.allCases.map { "--\($0.rawValue)" },
  ])
  func readsSimpleCommandLinesAsTheParserDoes(arguments: [String]) throws {
    let parsed = try CommandLineTool.parse(arguments).options(of: arguments)
    #expect(Options(simple: arguments) == parsed)
  }

  /// What is wrong, asks for help or needs parsing is the argument parser's.
  @Test(arguments: [
    ["-e"], ["-e", "-1"], ["-e", "--json"], ["--file"], ["-f", "-e", "x"], ["-ie", "x"],
    ["--eval=x"], ["-e=x"], ["--"], ["--", "a"], ["---completion"], ["--nosuch"], ["-h"],
    ["--help"], ["--version"], ["--generate-completion-script", "bash"], ["-interactive"],
    ["--seed", "1"], ["--width", "40"], ["--color", "never"], ["--threads", "1"], ["--e", "x"],
    ["-eval", "x"], ["--i"],
  ])
  func leavesOtherCommandLinesToTheParser(arguments: [String]) {
    #expect(Options(simple: arguments) == nil)
  }

  static let orders: [([String], [Options.Input])] = [
    (
      ["--seed", "7", "-e", "a", "--eval=b", "-f", "c", "a", "-e=d", "b", "--file=b"],
      [.text("a"), .text("b"), .file("c"), .file("a"), .text("d"), .file("b"), .file("b")]
    ),
    (["--seed", "7", "-e", "a", "7"], [.text("a"), .file("7")]),
    (["-e", "a", "--seed=7", "7", "-f", "b"], [.text("a"), .file("7"), .file("b")]),
    (["-e", "a", "-ie", "b", "c", "--seed", "7"], [.text("a"), .text("b"), .file("c")]),
    (["-if", "a", "a", "-e", "b", "--seed", "7"], [.file("a"), .file("a"), .text("b")]),
    (["--seed", "7", "--", "-e", "a"], [.file("-e"), .file("a")]),
  ]

  /// Options with values of their own, joined ones and letters together keep the order too.
  @Test(arguments: orders)
  func keepsTheOrderOfParsedInputs(arguments: [String], inputs: [Options.Input]) throws {
    let options = try CommandLineTool.parse(arguments).options(of: arguments)
    #expect(options.inputs == inputs)
    #expect(options.seed == 7)
  }

  /// A file that cannot be read stops the rest, unless told to go on; it weighs more than an error.
  @Test func unreadableFilesExitWithTwo() throws {
    let stopped = try Program.run(["/nowhere", "-e", "1"])
    #expect(stopped.output == "" && stopped.exitCode == 2)
    let failed = try Program.run(["--keep-going", "-e", "q", "/nowhere"])
    #expect(failed.exitCode == 2)
  }

  /// The memory for machine code is a file to the system, but none of those that a limit means.
  @Test func runsWhereFilesMustBeShort() throws {
    let command = ":minimize sum((x - 1).^2) over x step=0.01 iters=3000 tol=0 --dry"
    let program = try Program.run(["-e", "x = zeros(20);", "-e", command], limit: "-f 200")
    #expect(program.exitCode == 0)
    #expect(program.output.contains("3000"))
  }

  /// Results that could not be written are a failure, even if every statement ran.
  @Test func noticesAFullDevice() throws {
    #expect(try Program.run(["-e", "1"], outputPath: "/dev/full").exitCode == 1)
    #expect(try Program.run(["--json", "-e", "1"], outputPath: "/dev/full").exitCode == 1)
    #expect(try Program.run(["-e", "1;"], outputPath: "/dev/full").exitCode == 0)
  }

  /// With `--json` errors are objects on standard output and text on standard error.
  @Test func writesErrorsTwiceAsJSON() throws {
    let program = try Program.run(["--json", "-e", "1\nlog(1 + w1)"])
    #expect(
      program.lines == [
        #"{"statement":"1","value":1}"#,
        #"{"error":"unknown name 'w1'","file":"-e","line":2,"column":9,"#
          + #""hint":"w1 = 1 makes it a value, f(w1) = … a parameter"}"#,
      ])
    #expect(program.errors.hasPrefix("-e:2:9: error: unknown name 'w1'\n"))
    #expect(program.exitCode == 1)
  }

  // MARK: Bad input

  struct BadInput: Sendable {
    let bytes: [UInt8]
    let error: String
    var code: Int32 = 1

    init(_ bytes: [UInt8], _ error: String, code: Int32 = 1) {
      (self.bytes, self.error, self.code) = (bytes, error, code)
    }

    init(_ text: String, _ error: String) { self.init(Array(text.utf8), error) }
  }

  private static let opening = String(repeating: "(", count: 100_000)
  private static let closing = String(repeating: ")", count: 100_000)

  static let badInput: [BadInput] = [
    BadInput("x = 1\nf = (1 + [2,\n3", "<stdin>:2:10: error: '[' is never closed"),
    BadInput("1 +", "<stdin>:1:3: error: an expression is missing after '+'"),
    BadInput("x = \"abc", "<stdin>:1:5: error: the string is never closed"),
    BadInput(
      [0x78, 0x20, 0x3D, 0x20, 0xFF, 0x33],
      "<stdin>:1:5: error: the input is not valid UTF-8 here"),
    BadInput("x = 1\0", "<stdin>:1:6: error: the input is not valid UTF-8 here"),
    BadInput([0xFF, 0xFE, 0x31, 0x00], "error: <stdin> is UTF-16 text", code: 2),
    BadInput(opening, "<stdin>:1:201: error: nested more than 200 deep"),
    BadInput(opening + "1" + closing, "<stdin>:1:201: error: nested more than 200 deep"),
  ]

  @Test(arguments: badInput) func answersBadInput(_ bad: BadInput) throws {
    let program = try Program.run([], inputBytes: bad.bytes)
    #expect(program.errors.split(separator: "\n").first.map(String.init) == bad.error)
    #expect(program.exitCode == bad.code)
  }

  @Test func addsAMegabyteOfOnes() throws {
    let ones = String(repeating: "1+", count: 524_287) + "1\n"
    let program = try Program.run([], input: ones)
    #expect(program.output == "ans = 524288\n")
    #expect(program.exitCode == 0)
  }
}

extension String {
  /// The same error on a longer line.
  fileprivate func replacingFirstLine(_ line: String) -> String {
    var lines = split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    lines[1] = line
    return lines.joined(separator: "\n")
  }
}
