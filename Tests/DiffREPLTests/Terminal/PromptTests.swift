import Testing

/// The program at a real terminal. Whatever does not need one is tested without.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct PromptTests {
  private static let prompt = "∂> "

  @Test func gradientOfTheFirstSession() throws {
    try atThePrompt { terminal in
      try enter("w0 = 0.5", at: terminal)
      try enter("f = log(1 + exp(-3.5*w0))", at: terminal)
      terminal.send(":grad f\r")
      try terminal.expect("-0.518165")
      try terminal.expect(Self.prompt)
    }
  }

  @Test func controlCDropsTheLine() throws {
    try atThePrompt { terminal in
      terminal.send("half = 12")
      try terminal.expect("half = 12")
      terminal.send("\u{3}")
      try terminal.expect("^C")
      try terminal.expect(Self.prompt)
      try enter("whole = 6*7", at: terminal, showing: "whole = 42")
    }
  }

  @Test func controlCEndsALongRun() throws {
    try atThePrompt { terminal in
      try enter("x = 1", at: terminal)
      terminal.send(":minimize (x-3)^2 step=1e-9 tol=0 iters=1000000000\r")
      try terminal.expect("iters=1000000000\n")
      // A line of progress comes and goes.
      try terminal.expect("gd: ")
      #expect(!terminal.appears(Self.prompt, within: .milliseconds(300)), "ended by itself")
      terminal.send("\u{3}")
      try terminal.expect("the best point is kept", within: .seconds(1))
      try terminal.expect(Self.prompt, within: .seconds(1))
      try enter("y = 6*7", at: terminal, showing: "y = 42")
    }
  }

  /// Work in one piece looks up as well: the promise is 0.2 s, the limit here is for busy machines.
  @Test(arguments: [
    ("s = 0", "for i in 1:100000000 { s := s + 1 }"),
    ("s = 0", "sum(sin(randn(100000000)))"),
    ("data A = randn(40000, 40); data y = A*ones(40)", ":fit y ~ A*b over b=zeros(40)"),
  ])
  func controlCEndsWorkInOnePiece(_ before: String, _ statement: String) throws {
    try atThePrompt { terminal in
      terminal.send(before + ";\r")
      try terminal.expect(Self.prompt, within: .seconds(30))
      terminal.send(statement + "\r")
      #expect(!terminal.appears(Self.prompt, within: .milliseconds(500)), "ended by itself")
      terminal.send("\u{3}")
      try terminal.expect("interrupted", within: .seconds(1))
      try terminal.expect(Self.prompt, within: .seconds(1))
    }
  }

  @Test func controlDEndsTheSession() throws {
    try atThePrompt { terminal in
      terminal.send("\u{4}")
      #expect(terminal.waitForExit() == 0)
    }
  }

  @Test func pastedStatementsAllRun() throws {
    try atThePrompt { terminal in
      terminal.send("\u{1B}[200~a = 6*7\nb = a + 1\nc = b + 1\n\u{1B}[201~")
      try terminal.expect("c = b + 1")
      terminal.send("\r")
      try terminal.expect("a = 42")
      try terminal.expect("b = 43")
      try terminal.expect("c = 44")
      try terminal.expect(Self.prompt)
    }
  }

  @Test func resizingKeepsTheLine() throws {
    try atThePrompt { terminal in
      terminal.send("kept = 6*")
      try terminal.expect("kept = 6*")
      terminal.resize(columns: 40)
      // Drawn again for the new width.
      try terminal.expect("kept = 6*")
      terminal.send("7\r")
      try terminal.expect("kept = 42")
    }
  }

  @Test func tabCompletes() throws {
    try atThePrompt { terminal in
      terminal.send("\\thet\t = 6*7\r")
      try terminal.expect("θ = 42")
    }
  }

  @Test func historySurvivesAKill() throws {
    try withTemporaryFolder { home in
      do {
        let terminal = try PseudoTerminal.start(home: home)
        try terminal.expect(Self.prompt)
        try enter("remembered = 6*7", at: terminal, showing: "remembered = 42")
      }
      let terminal = try PseudoTerminal.start(home: home)
      try terminal.expect(Self.prompt)
      terminal.send("\u{1B}[A")
      try terminal.expect("remembered = 6*7")
    }
  }

  @Test func asciiWhereTheLocaleIsNotUnicode() throws {
    try withTemporaryFolder { home in
      let terminal = try PseudoTerminal.start(home: home, environment: ["LANG": "C"])
      try terminal.expect("d> ")
      terminal.send("x = 6*7\r")
      try terminal.expect("x = 42")
    }
  }

  /// Starts the program with an empty home and waits for its prompt.
  private func atThePrompt(_ body: (PseudoTerminal) throws -> Void) throws {
    try withTemporaryFolder { home in
      let terminal = try PseudoTerminal.start(home: home)
      try terminal.expect(Self.prompt)
      try body(terminal)
    }
  }

  /// Enters a line and waits until the next one may be entered.
  private func enter(
    _ line: String, at terminal: PseudoTerminal, showing result: String? = nil
  ) throws {
    terminal.send(line + "\r")
    try terminal.expect(line)
    if let result { try terminal.expect(result) }
    try terminal.expect(Self.prompt)
  }
}
