#if os(Linux)
import Testing

/// What a command frees is there for the next.
@Suite(.disabled(if: Sanitizer.isOn)) struct AllocationTests {
  /// The pages that a run of the program asked the system for.
  private func pages(_ statement: String) throws -> Int {
    let program = try Program.run(["--no-history"], input: "x = zeros(20);\n\(statement)\n")
    try #require(program.exitCode == 0)
    return program.pages
  }

  @Test func commandsTakeTheSameMemoryAgain() throws {
    let command = ":minimize sum((x - 1).^2) over x step=0.01 iters=1000 tol=0 --dry"
    // Timed, it runs a dozen times and more.
    let (once, often) = (try pages(command), try pages(":time \(command)"))
    #expect(often - once < 60, "\(once) pages for one run, \(often) for many")
  }
}
#endif
