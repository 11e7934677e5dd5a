import Testing

@testable import DiffREPL

/// The echo of a script reads like the session at the prompt.
@Suite struct EchoTests {
  @Test func showsThePromptsOfASession() {
    let replay = Replay("# Two rows:\n:set echo on\n\nA = [1,\n# more\n2];\n# and\nsum(A)")
    #expect(
      replay.text == """

        ∂> A = [1,
        .. # more
        .. 2];
        # and
        ∂> sum(A)
        ans = 3

        """)
  }
}
