import Testing

@testable import DiffREPL

@Suite struct TerminalInfoTests {
  @Test(arguments: [
    (["TERM": "xterm-256color"], true),
    (["TERM": "xterm", "NO_COLOR": ""], true),
    (["TERM": "xterm", "NO_COLOR": "1"], false),
    (["TERM": "dumb"], false),
    (["TERM": ""], false),
    ([:], false),
  ])
  func color(environment: [String: String], expected: Bool) {
    #expect(TerminalInfo.allowsColor { environment[$0] } == expected)
  }

  @Test(arguments: [
    ("120", 120), ("0", 80), ("-5", 80), ("wide", 80), ("99999999999999999999", 80), (nil, 80),
  ])
  func width(columns: String?, expected: Int) {
    #expect(TerminalInfo.width { $0 == "COLUMNS" ? columns : nil } == expected)
  }

  @Test(arguments: [("UTF-8", true), ("utf8", true), ("ANSI_X3.4-1968", false), ("", false)])
  func codeset(name: String, expected: Bool) {
    #expect(TerminalInfo.isUnicode(codeset: name) == expected)
  }
}
