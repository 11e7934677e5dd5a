import Glibc
import Testing

@testable import DiffREPL

@Suite struct HistoryTests {
  @Test(arguments: [
    (["DIFFREPL_HISTORY": "/a/b", "XDG_STATE_HOME": "/s", "HOME": "/h"], "/a/b"),
    (["DIFFREPL_HISTORY": "", "XDG_STATE_HOME": "/s", "HOME": "/h"], nil),
    (["XDG_STATE_HOME": "/s", "HOME": "/h"], "/s/diffrepl/history"),
    (["XDG_STATE_HOME": "", "HOME": "/h"], "/h/.local/state/diffrepl/history"),
    (["XDG_STATE_HOME": "relative", "HOME": "/h"], "/h/.local/state/diffrepl/history"),
    (["HOME": "/h"], "/h/.local/state/diffrepl/history"),
    (["HOME": ""], nil),
    ([:], nil),
  ])
  func path(environment: [String: String], expected: String?) {
    #expect(History.defaultPath { environment[$0] } == expected)
  }

  @Test func keepsEntriesAcrossSessions() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/state/diffrepl/history"
      let first = History(path: path)
      first.append("x = 1")
      // Written at once, not when the session ends.
      #expect(History(path: path).entries == ["x = 1"])
      History(path: path).append("y = 2")
      first.append("z = 3")
      #expect(first.entries == ["x = 1", "z = 3"])
      #expect(History(path: path).entries == ["x = 1", "y = 2", "z = 3"])
    }
  }

  @Test func belongsToTheOwnerAlone() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/state/diffrepl/history"
      _ = History(path: path)
      #expect(permissions(of: path) == 0o600)
      #expect(permissions(of: folder + "/state/diffrepl") == 0o700)
      #expect(permissions(of: folder + "/state") == 0o700)
    }
  }

  @Test func repeatsAndBlanksAreNotKept() {
    let history = History(path: nil)
    #expect(history.append("x") == "x")
    #expect(history.append("x") == nil)
    #expect(history.append("  ") == nil)
    #expect(history.append("y") == "y")
    #expect(history.append("x") == "x")
    #expect(history.entries == ["x", "y", "x"])
    #expect(history.problem == nil)
  }

  @Test(arguments: ["/proc/history", "/dev/null/history", "/"])
  func unusableFileIsAWarning(path: String) {
    let history = History(path: path)
    #expect(history.problem?.severity == .warning)
    #expect(history.problem?.message.hasPrefix("history is not kept: \(path): ") == true)
    history.append("x")
    #expect(history.entries == ["x"])
  }

  /// Only the end of a huge file is read, from a whole line on.
  @Test func longFile() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/history"
      let writer = History(path: path)
      for number in 0..<30 {
        writer.append("\(number) " + String(repeating: "x", count: 50_000))
      }
      let entries = History(path: path).entries
      #expect(entries.count == 20)
      #expect(entries == Array(writer.entries.suffix(20)))
    }
  }

  @Test(arguments: [
    ("x = 1", "x = 1"),
    ("x = 1  # one", "x = 1  # one"),
    ("x = [1,\n     2]", "x = [1, 2]"),
    ("y = 1 +\n  2", "y = 1 + 2"),
    ("A = [1, 2;\n 3, 4\n]", "A = [1, 2; 3, 4 ]"),
    ("x = 1\ny = 2\n\nz = 3\n", "x = 1; y = 2; z = 3"),
    ("x = 1;\ny = 2", "x = 1; y = 2"),
    ("f(x) = {\n  h = 2*x\n  h^2\n}", "f(x) = { h = 2*x; h^2 }"),
    ("f(x) = {\n  g(x,\n    1)\n  2 }", "f(x) = { g(x, 1); 2 }"),
    ("if c {\n 1\n}\nelse {\n 2\n}", "if c { 1 } else { 2 }"),
    ("x = if c then\n 1 else\n 2", "x = if c then 1 else 2"),
    ("elsewhere\nthenx\nelsey", "elsewhere; thenx; elsey"),
    ("x = [1, # first\n 2] # all", "x = [1, 2]  # all"),
    ("# note\nx = 1", "x = 1"),
    ("x = 1\n# note\ny = 2", "x = 1; y = 2"),
    ("d = read(\"a#(.csv\")\nx", "d = read(\"a#(.csv\"); x"),
    ("# note", "# note"),
    ("θ = α ⊙\r\n  β", "θ = α ⊙ β"),
    ("\n \n", ""),
  ])
  func entryOfOneLine(statement: String, entry: String) {
    #expect(History.entry(for: statement) == entry)
  }

  private func permissions(of path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & 0o777 : nil
  }
}
